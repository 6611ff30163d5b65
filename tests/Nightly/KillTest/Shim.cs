namespace Orchestrator.KillTest;

/// <summary>
/// A git of our own in front of the real one, and a package manager: it counts calls by subcommand, and at the place of a round it says
/// that it is there and waits to be killed. "locked" is while git holds locks: in the hook that runs when refs are locked, or in a filter
/// that runs while an index is; a package manager is stopped when it begins to write its files.
/// </summary>
public static class Shim
{
    /// <summary>Marks what the waiting git started.</summary>
    public const string Variable = "KILL_TEST_SHIM";

    private const string Script = """
        #!/bin/sh
        here='HERE'
        name= skip=0
        for argument in "$@"; do
          if [ $skip = 1 ]; then skip=0; continue; fi
          case $argument in -c|-C) skip=1 ;; -*) ;; *) name=NAME-$argument; break ;; esac
        done
        exec 9>"$here/lock"; flock 9
        count=0; [ ! -e "$here/count/$name" ] || read -r count < "$here/count/$name"
        count=$((count + 1)); echo $count > "$here/count/$name"
        exec 9>&-
        point= ; [ ! -e "$here/place" ] || read -r point number when < "$here/place"
        if [ "$name" != "$point" ] || [ $count != "$number" ] || [ -e "$here/hit" ]; then exec PROGRAM "$@"; fi
        export KILL_TEST_SHIM='HERE'
        wait_here() { echo "$$ $*" > "$here/hit.new"; mv "$here/hit.new" "$here/hit"; exec sleep 600; }
        case $when in
          before) wait_here "$@" ;;
          after) PROGRAM "$@" > /dev/null 2>&1; wait_here "$@" ;;
        esac
        if [ NAME != git ]; then
          cp package.json "$here/before"
          PROGRAM "$@" > /dev/null 2>&1 & child=$!
          while kill -0 $child 2>/dev/null && cmp -s package.json "$here/before"; do sleep 0.01; done
          kill -STOP $child 2>/dev/null
          wait_here "half of $*"
        fi
        options=
        while [ "$1" = -c ]; do
          case $2 in core.hooksPath=*) ;; *) options="$options -c $2" ;; esac
          shift 2
        done
        exec PROGRAM $options -c "core.hooksPath=$here/hooks" -c "filter.killer.clean=$here/hooks/locked" \
          -c "filter.killer.smudge=$here/hooks/locked" "$@"
        """;

    private const string Hook = "#!/bin/sh\necho \"$PPID locked\" > 'HERE/hit.new'; mv 'HERE/hit.new' 'HERE/hit'; sleep 600\n";

    /// <summary>Makes it.</summary>
    /// <param name="repository">The round's repository.</param>
    /// <param name="place">The crash point, or null to count only.</param>
    /// <returns>The folder that goes to the front of <c>PATH</c>.</returns>
    public static string Make(KillRepository repository, KillPlace? place)
    {
        var here = repository.ShimFolder;
        Directory.CreateDirectory(Path.Combine(here, "count"));
        foreach (var name in (string[])["git", .. repository.Plan.Packages is null ? [] : (string[])["npm"]])
        {
            var program = $"{repository.ProgramsFolder}:{Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin"}"
                .Split(':')
                .Select(folder => Path.Combine(folder, name))
                .First(File.Exists);
            WriteProgram(
                Path.Combine(here, "bin", name),
                Script
                    .Replace("HERE", here, StringComparison.Ordinal)
                    .Replace("NAME", name, StringComparison.Ordinal)
                    .Replace("PROGRAM ", program + " ", StringComparison.Ordinal)
            );
        }
        WriteProgram(
            Path.Combine(here, "hooks", "reference-transaction"),
            $"#!/bin/sh\n[ \"$1\" != prepared ] || exec '{here}/hooks/locked'\n"
        );
        WriteProgram(Path.Combine(here, "hooks", "locked"), Hook.Replace("HERE", here, StringComparison.Ordinal));
        File.AppendAllText(Path.Combine(repository.Folder, ".git", "info", "attributes"), "* filter=killer\n");
        if (place is not null)
        {
            File.WriteAllText(Path.Combine(here, "place"), $"{place.Point} {place.Number} {place.When}\n");
        }
        return Path.Combine(here, "bin");
    }

    /// <summary>Number of calls of each subcommand. A call that is being recorded may be missing.</summary>
    public static IReadOnlyDictionary<string, int> Counts(KillRepository repository) =>
        Directory
            .EnumerateFiles(Path.Combine(repository.ShimFolder, "count"))
            .Select(file => (Name: Path.GetFileName(file), Count: File.ReadAllText(file).Trim()))
            .Where(file => file.Count.Length > 0)
            .ToDictionary(file => file.Name, file => int.Parse(file.Count, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Writes a script that can be run.</summary>
    /// <param name="path">Path of the script.</param>
    /// <param name="text">Content of the script.</param>
    public static void WriteProgram(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
