#!/bin/sh
# One would guess that of two packagers for one type the one with the better `PRIORITY` packs it.
# The class variable is documented, and not looked at: both get the default, and the one that was
# collected last wins, so the order of `add_custom_packager` calls decides.
# A team's packager for images, added after a general one or before it, changes what is logged.
# Found in mlrun 1.12.1, mlrun/package/packager.py and packagers_manager.py (collect_packagers).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1

expected <<'END'
['First', 'Last'] -> {'by': 'Last, priority 9'}
['Last', 'First'] -> {'by': 'First, priority 1'}
END

program <<'END'
import mlrun
from mlrun.package.packagers.default_packager import DefaultPackager
from mlrun.package.packagers_manager import PackagersManager


class Picture:
    pass


class First(DefaultPackager):
    PACKABLE_OBJECT_TYPE = Picture
    DEFAULT_PACKING_ARTIFACT_TYPE = "result"
    PRIORITY = 1

    def pack_result(self, obj, key):
        return {key: f"{type(self).__name__}, priority {self.PRIORITY}"}


class Last(First):
    PRIORITY = 9


for packagers in ([First, Last], [Last, First]):
    manager = PackagersManager()
    manager.collect_packagers(packagers)
    manager.pack(Picture(), mlrun.LogHint(key="by"))
    print([packager.__name__ for packager in packagers], "->", manager.results)
END
