function %(complete_func)s
    set -l words (commandline -opc)
    for line in (COMP_WORDS=(commandline -cp | string collect) COMP_CWORD=(commandline -t) \
            %(complete_var)s=fish_complete $words[1])
        set -l parts (string split -m 1 , -- $line)
        switch $parts[1]
            case plain
                echo $parts[2]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
        end
    end
end
complete --no-files --keep-order --command %(prog_name)s --arguments "(%(complete_func)s)"
