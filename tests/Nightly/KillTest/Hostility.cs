namespace Orchestrator.KillTest;

/// <summary>
/// Makes a repository hostile, by settings that let git run programs and by links that lead out of it. Agents and the user run these
/// programs through their own git; our git calls must not, and nothing outside may be written.
/// </summary>
/// <param name="repository">The round's repository.</param>
public sealed class Hostility(KillRepository repository)
{
    private const string Precious = "precious\n";

    /// <summary>A lock file that tools write and no task owns.</summary>
    public const string LockFile = "package-lock.json";

    /// <summary>A file outside of the repository.</summary>
    public string Outside => repository.Beside("outside");

    private string RanFile => repository.Beside("evil-ran");

    /// <summary>The files that are committed.</summary>
    public IReadOnlyList<string> Files { get; } = [LockFile, "Cargo.lock", ".gitattributes", ".worktreeinclude"];

    /// <summary>Makes the files.</summary>
    public void WriteFiles()
    {
        File.WriteAllText(Outside, Precious);
        File.WriteAllText(Path.Combine(repository.Folder, LockFile), "{}\n");
        // Relative, so that it is the same file in each round's folder and their trees can be compared.
        File.CreateSymbolicLink(Path.Combine(repository.Folder, "Cargo.lock"), Path.GetRelativePath(repository.Folder, Outside));
        File.WriteAllText(Path.Combine(repository.Folder, ".gitattributes"), "*.json diff=evil merge=evil\n");
        File.WriteAllText(Path.Combine(repository.Folder, ".worktreeinclude"), "leads-out\n");
        File.CreateSymbolicLink(Path.Combine(repository.Folder, "leads-out"), Outside);
        File.AppendAllText(Path.Combine(repository.Folder, ".git", "info", "exclude"), "leads-out\n");
    }

    /// <summary>Makes the settings. Our processes bear the round's mark and no task.</summary>
    public void Configure()
    {
        var hooks = Directory.CreateDirectory(repository.Beside("hooks")).FullName;
        string[] names =
        [
            "post-checkout",
            "post-commit",
            "post-merge",
            "pre-commit",
            "reference-transaction",
            "post-index-change",
            "fsmonitor",
            "diff",
            "merge",
            "gpg",
        ];
        foreach (var name in names)
        {
            var file = Path.Combine(hooks, name);
            File.WriteAllText(
                file,
                $"#!/bin/sh\n[ -n \"$ORCHESTRATOR_TASK\" ] || [ -z \"${Disturber.Variable}\" ] || echo \"{name} $*\" >> '{RanFile}'\nexit "
                    + $"{(name is "fsmonitor" or "merge" ? 1 : 0)}\n"
            );
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        repository.Git("config", "core.hooksPath", hooks);
        repository.Git("config", "core.fsmonitor", Path.Combine(hooks, "fsmonitor"));
        repository.Git("config", "diff.external", Path.Combine(hooks, "diff"));
        repository.Git("config", "diff.evil.command", Path.Combine(hooks, "diff"));
        repository.Git("config", "diff.evil.textconv", Path.Combine(hooks, "diff"));
        repository.Git("config", "gpg.program", Path.Combine(hooks, "gpg"));
        repository.Git("config", "core.pager", Path.Combine(hooks, "diff"));
    }

    /// <summary>The effects of the hostile settings that should not have happened.</summary>
    public IEnumerable<string> Faults()
    {
        if (File.Exists(RanFile))
        {
            yield return $"our git ran programs of the repository's settings: {File.ReadAllText(RanFile)}";
        }
        if (File.ReadAllText(Outside) != Precious)
        {
            yield return "a file outside of the repository was written";
        }
    }
}
