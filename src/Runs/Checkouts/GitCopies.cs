using System.Security.Cryptography;

namespace Orchestrator.Runs;

/// <summary>Copies of git's configuration, one for each content: <c>~/.local/state/orchestrator/git/HASH</c>. Runs name theirs by its
/// hash.</summary>
public static class GitCopies
{
    private const string Runs = "runs";

    /// <summary>The folder of all copies.</summary>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) => Path.Combine(UserState.RootOf(environment), "git");

    /// <summary>A copy of what is in force now, for a run: it is kept as long as the run's folder is there.</summary>
    /// <param name="repository">Conditional includes depend on it, and its own programs are noted: a person has said yes to
    /// them.</param>
    /// <param name="run">The run.</param>
    /// <returns>Its hash.</returns>
    public static async Task<string> KeepAsync(
        GitRepository repository,
        RunFolder run,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        var hash = (await ConfigurationCopy.MakeAsync(repository, FolderOf(environment), stop)).Hash;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run.Path)))[..16];
        DurableFile.Write(Path.Combine(FolderOf(environment), hash, Runs, MachineIdentity.Find(environment) + "-" + name), run.Path);
        return hash;
    }

    /// <summary>For a run that was begun on another machine: it goes by this machine's configuration as it is now, since the other one's is
    /// there, with names and passwords of that place.</summary>
    /// <param name="hash">The copy that the run began with.</param>
    /// <inheritdoc cref="KeepAsync"/>
    public static async Task StandInAsync(
        GitRepository repository,
        RunFolder run,
        string hash,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        if (hash.Length > 0 && !Directory.Exists(Path.Combine(FolderOf(environment), hash)))
        {
            DurableFile.Write(StandInOf(environment, hash), await KeepAsync(repository, run, environment, stop));
        }
    }

    private static string StandInOf(IReadOnlyDictionary<string, string> environment, string hash) =>
        Path.Combine(FolderOf(environment), $"{hash}.{MachineIdentity.Find(environment)}");

    /// <summary>Notes of the runs that go by a copy, each with the path of a run's folder.</summary>
    /// <param name="copy">The copy's folder.</param>
    public static IReadOnlyList<string> RunsOf(string copy) =>
        Path.Combine(copy, Runs) is var notes && Directory.Exists(notes) ? Directory.GetFiles(notes) : [];

    /// <summary>True if a note is about a run on this machine.</summary>
    public static bool IsOfThisMachine(string note, IReadOnlyDictionary<string, string> environment) =>
        Path.GetFileName(note).StartsWith(MachineIdentity.Find(environment) + "-", StringComparison.Ordinal);

    /// <summary>The copy of a hash, or the one that stands in for it here.</summary>
    /// <exception cref="ConfigurationCopyException">It is gone, or somebody changed it.</exception>
    public static ConfigurationCopy Open(IReadOnlyDictionary<string, string> environment, string hash) =>
        ConfigurationCopy.Open(
            FolderOf(environment),
            Directory.Exists(Path.Combine(FolderOf(environment), hash)) ? hash : DurableFile.TryRead(StandInOf(environment, hash)) ?? hash
        );
}
