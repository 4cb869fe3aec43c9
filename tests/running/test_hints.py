"""Log hints and values as a person types them."""

import re
import warnings

import mlrun.utils.regex
import pytest

from mlrun_images.checks import mlruns_name
from mlrun_images.errors import Refused
from mlrun_images.hints import is_key, parse_value
from mlrun_images.log_hints import parse_hint


def test_a_value_is_a_literal_or_else_its_text():
    for text, value in {
        "7": 7,
        "-2.5": -2.5,
        "[1, 2]": [1, 2],
        "(16,16)": (16, 16),
        "'7'": "7",
        "seven": "seven",
        "true north": "true north",
        "truest": "truest",
        "none": "none",
        "a=b": "a=b",
        "\\d+": "\\d+",
        "[": "[",
        "": "",
    }.items():
        assert parse_value(text) == value and type(parse_value(text)) is type(value), text


def test_a_text_that_is_nearly_python_is_taken_without_a_warning():
    for text in ("'\\d'", "1if 1 else 2"):
        with warnings.catch_warnings(record=True, action="always") as said:
            parse_value(text)
        assert said == [], text


def test_true_false_and_null_are_what_they_say_in_any_case():
    for text, value in {"true": True, "TRUE": True, "False": False, "fALSE": False}.items():
        assert parse_value(text) is value, text
    for text in ("null", "Null", "NULL", "None"):
        assert parse_value(text) is None, text
    assert parse_value("[true, {'a': null}]") == [True, {"a": None}]


def test_a_hint_has_a_key_a_type_and_options():
    for text, expected in {
        "gradient": ("gradient", False, None, {}),
        "*many": ("many", True, None, {}),
        "2*deep : file": ("deep", 2, "file", {}),
        "a:file[format=jpeg,quality=90]": ("a", False, "file", {"format": "jpeg", "quality": 90}),
        " a : file [ format = .tif ] ": ("a", False, "file", {"format": ".tif"}),
        "a : file[format='jpeg']": ("a", False, "file", {"format": "jpeg"}),
        "a : file[big_tiff=FALSE]": ("a", False, "file", {"big_tiff": False}),
        "a : file[note=null]": ("a", False, "file", {"note": None}),
    }.items():
        hint = parse_hint(text)
        assert (hint.key, hint.itemized, hint.artifact_type, hint.packing_kwargs) == expected, text


def test_an_options_value_may_hold_brackets_commas_colons_and_spaces():
    for text, options in {
        "format=ico, sizes=[(16,16),(32, 32)]": {"format": "ico", "sizes": [(16, 16), (32, 32)]},
        "dpi=(300, 300)": {"dpi": (300, 300)},
        "title='a, [b]: c'": {"title": "a, [b]: c"},
        "x={'a': [true, (1, 2)]}, y=2": {"x": {"a": [True, (1, 2)]}, "y": 2},
        "note=a=b": {"note": "a=b"},
    }.items():
        assert parse_hint(f"a : file[{text}]").packing_kwargs == options, text


def test_what_is_no_hint_is_refused_with_what_is_wrong():
    for text, said in {
        "": "it has no key",
        " : file": "it has no key",
        "a : ": "one colon",
        "a : b : c": "one colon",
        "a[format=png]": "one colon",
        "a : file[format=png": "its bracket is not closed",
        "a : file[format=png] b": "its bracket is not closed",
        "a : file[png]": "'png' is not NAME=VALUE",
        "a : file[]": "'' is not NAME=VALUE",
        "a : file[format=]": "is not NAME=VALUE",
        "a : file[two words=1]": "is not NAME=VALUE",
        "a : file[x=(1]": ") is missing",
        "a : file[x=1)]": "a ) closes nothing",
        "a : file[x='1]": "' is missing",
        "a : file[x=1, x=2]": "x is given twice",
    }.items():
        with pytest.raises(Refused) as refused:
            parse_hint(text)
        assert said in str(refused.value), text
        assert "\n" not in str(refused.value)


def test_a_hint_of_project_yaml_may_be_a_dictionary():
    hint = parse_hint({"key": "a", "artifact_type": "file", "packing_kwargs": {"format": "png"}})
    assert (hint.key, hint.artifact_type, hint.packing_kwargs) == ("a", "file", {"format": "png"})


def test_a_key_is_what_mlrun_takes():
    for key in ("a", "1", "a-b_c.d", "-a", "a-", ".a", "a b", "ä", "", "a\n", "A1"):
        taken = all(re.fullmatch(rule, key) for rule in mlrun.utils.regex.artifact_key)
        assert is_key(key, "r") == taken, key


def test_the_name_of_a_function_is_what_mlrun_makes_of_it():
    for name in ("gen-image", "Gen_Image", "two words", "A\tb_c"):
        assert mlruns_name(name) == mlrun.utils.normalize_name(name)
