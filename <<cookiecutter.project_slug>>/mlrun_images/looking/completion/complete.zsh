#compdef %(prog_name)s
%(complete_func)s() {
    local -a lines whole begun
    local line
    lines=("${(@f)$(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \
        %(complete_var)s=zsh_complete ${words[1]})}")
    for line in $lines; do
        case $line in
            plain,*[=/]) begun+=(${line#*,}) ;;
            plain,*) whole+=(${line#*,}) ;;
            dir,*) _path_files -/ ;;
            file,*) _path_files -f ;;
        esac
    done
    (( ! $#whole )) || compadd -U -V unsorted -a whole
    (( ! $#begun )) || compadd -U -V unsorted -S '' -a begun
}
compdef %(complete_func)s %(prog_name)s
