using Orchestrator.Git.Program;

namespace Orchestrator.Git.Tests;

/// <summary>A git in front of which somebody else does something, once, just before one of its commands runs.</summary>
internal sealed class InterruptingGit : IDisposable
{
    private readonly string _folder;

    private InterruptingGit(string folder, GitProgram program)
    {
        _folder = folder;
        Program = program;
    }

    internal GitProgram Program { get; }

    private static string Armed(string folder) => Path.Combine(folder, "armed");

    /// <summary>Makes it; nothing happens before <see cref="Arm"/>.</summary>
    /// <param name="command">The git command, such as <c>update-ref</c>.</param>
    /// <param name="script">Shell script of the interruption.</param>
    internal static async Task<InterruptingGit> CreateAsync(string command, string script)
    {
        var folder = Directory.CreateTempSubdirectory("git-tests-").FullName;
        var path = Path.Combine(folder, "git");
        await File.WriteAllTextAsync(
            path,
            $$"""
            #!/bin/sh
            case " $* " in
              *" {{command}} "*) rm '{{Armed(folder)}}' 2> /dev/null && ({{script}}) ;;
            esac
            exec git "$@"

            """
        );
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new InterruptingGit(folder, await GitProgram.FindAsync(path: path));
    }

    internal void Arm() => File.WriteAllText(Armed(_folder), "");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
