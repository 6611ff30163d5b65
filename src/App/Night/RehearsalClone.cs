using System.Globalization;
using System.Text;

namespace Orchestrator.App.Night;

/// <summary>
/// Folders that a rehearsal uses, namely a throwaway clone with its own settings, and a folder on another disk for the records of the
/// agents.
/// </summary>
internal sealed class RehearsalClone : IDisposable
{
    /// <summary>Name of the environment variable that marks all processes of a rehearsal.</summary>
    internal const string Mark = "NIGHT_REHEARSAL";

    private const string Sandbox = "ORCHESTRATOR_PERMISSIONS__SANDBOX";

    private readonly string _root;
    private readonly bool _isMounted;

    internal RehearsalClone(string? smallDisk)
    {
        Records = Directory.CreateTempSubdirectory("rh-").FullName;
        // Names are short, because sockets are created below this folder.
        _isMounted = smallDisk is not null;
        _root = smallDisk ?? Directory.CreateTempSubdirectory("rh-").FullName;
        foreach (var folder in (string[])["starts", "files"])
        {
            OrchestratorFolderCreator.Ensure(Path.Combine(Records, folder));
        }
    }

    /// <summary>Folder of the agents' records.</summary>
    internal string Records { get; }

    /// <summary>Path of the throwaway clone.</summary>
    internal string Clone => Path.Combine(_root, "r");

    /// <summary>Path of the scripted agent's program.</summary>
    internal string Agent => Path.Combine(Records, "agent");

    /// <summary>Path of the file that fills the disk.</summary>
    internal string Filler => Path.Combine(_root, "filler");

    /// <summary>Path of the file that contains the end of the usage limit as a Unix time in seconds.</summary>
    internal string Limit => Path.Combine(Records, "limit");

    /// <summary>Path of the file with the output of the rehearsed run.</summary>
    internal string Log => Path.Combine(Records, "log");

    /// <summary>Path of the file with the plan of the rehearsal.</summary>
    internal string PlanFile => Path.Combine(Records, "plan.yaml");

    /// <summary>Value of the environment variable <c>NIGHT_REHEARSAL</c>, by which processes of the rehearsal are found.</summary>
    internal string MarkValue { get; } = Guid.NewGuid().ToString("n");

    /// <summary>Creates the throwaway clone at a commit. The clone has no remote, so nothing can be pushed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="branch">Name of the branch to land on.</param>
    /// <param name="commit">Commit at which the branch begins.</param>
    internal async Task CloneAsync(KillRehearsalRequest request, string branch, string commit, CancellationToken stop)
    {
        await GitAsync(request.Repository, stop, "clone", "--quiet", "--no-checkout", request.Repository, Clone);
        await GitAsync(Clone, stop, "checkout", "--quiet", "-B", branch, commit);
        await GitAsync(Clone, stop, "remote", "remove", "origin");
        CopyFile(Path.Combine(request.Repository, ".orchestrator", "config.yaml"), Path.Combine(Clone, ".orchestrator", "config.yaml"));
        CopyFile(SettingsFiles.UserFile(request.Environment), Path.Combine(_root, "c", "orchestrator", "config.yaml"));
    }

    private static void CopyFile(string from, string to)
    {
        if (DurableFile.TryRead(from) is { } content)
        {
            DurableFile.Write(to, content);
        }
    }

    /// <summary>Writes the plan of the rehearsal to its file.</summary>
    internal void WritePlan(Plan plan) => DurableFile.Write(PlanFile, Encoding.UTF8.GetBytes(TaskGraphYamlWriter.Write(plan)));

    /// <summary>
    /// Returns the changes to the environment variables of the rehearsal's commands. The changes replace the agents with scripted ones,
    /// disable reviews and notices, and make state, settings and caches private to the rehearsal.
    /// </summary>
    /// <param name="request">The request.</param>
    internal IReadOnlyDictionary<string, string?> Environment(KillRehearsalRequest request)
    {
        var changes = request
            .Environment.Keys.Where(name => name.StartsWith("ORCHESTRATOR_", StringComparison.Ordinal) && name != Sandbox)
            .ToDictionary(name => name, string? (_) => null);
        foreach (var folder in (string[])["CONFIG", "STATE", "CACHE"])
        {
            changes[$"XDG_{folder}_HOME"] = Path.Combine(_root, folder[..1].ToLowerInvariant());
        }
        changes[Mark] = MarkValue;
        changes["ORCHESTRATOR_AGENT"] = RehearsalAgent.Name;
        changes["ORCHESTRATOR_AGENTS__REHEARSED__DESCRIPTION"] = RehearsalAgent.Description(Agent);
        changes["ORCHESTRATOR_AGENTS__REHEARSED__FREE"] = "true";
        changes["ORCHESTRATOR_WORKERS"] = request.Workers.ToString(CultureInfo.InvariantCulture);
        changes["ORCHESTRATOR_PERMISSIONS__PATHS"] =
            $"[{string.Join(", ", request.WritablePaths.Append(Records).Select(path => $"'{path}'"))}]";
        changes["ORCHESTRATOR_DISK__RESERVE"] = "1";
        changes["ORCHESTRATOR_GIT__LAND"] = "merge";
        changes["ORCHESTRATOR_REVIEW__ENABLED"] = "false";
        changes["ORCHESTRATOR_NOTIFICATIONS__ENABLED"] = "false";
        return changes;
    }

    /// <summary>Runs git and returns its output.</summary>
    /// <exception cref="UseCaseException">Git failed.</exception>
    internal static async Task<string> GitAsync(string folder, CancellationToken stop, params string[] arguments)
    {
        // The user's hooks must not run for a throwaway clone.
        string[] all = ["-c", "core.hooksPath=/dev/null", .. arguments];
        var result = await new ProcessRunner().RunAsync(new ChildProcessOptions("git", all) { WorkingDirectory = folder }, stop);
        return result.Succeeded
            ? result.StandardOutput.Text.TrimEnd('\n')
            : throw Fault(
                $"git {string.Join(' ', arguments)} ended with exit code {result.ExitCode} in {folder}: {result.StandardError.Text.Trim()}"
            );
    }

    /// <summary>Creates the exception for a rehearsal that can't continue.</summary>
    internal static UseCaseException Fault(string message) => new(UseCaseOutcome.Usage, message, "Your repository was not changed.");

    /// <inheritdoc/>
    public void Dispose()
    {
        // With a small disk, the folder itself is a mount point, which can't be removed.
        foreach (var entry in Directory.EnumerateDirectories(_root))
        {
            FolderRemover.Remove(entry);
        }
        File.Delete(Filler);
        if (!_isMounted)
        {
            FolderRemover.Remove(_root);
        }
        FolderRemover.Remove(Records);
    }
}
