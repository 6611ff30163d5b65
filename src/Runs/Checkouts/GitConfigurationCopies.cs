using System.Security.Cryptography;

namespace Orchestrator.Runs;

/// <summary>Copies of git's configuration, one per content: <c>~/.local/state/orchestrator/git/HASH</c>. Runs refer to their copy by its
/// hash.</summary>
public static class GitConfigurationCopies
{
    private const string Runs = "runs";

    /// <summary>Returns the folder of all copies.</summary>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) => Path.Combine(UserState.RootOf(environment), "git");

    /// <summary>Copies the configuration in force for a run. The copy is kept for as long as the run's folder exists.</summary>
    /// <param name="repository">The repository. Conditional includes depend on it, and its configured programs are recorded because the
    /// user approved them.</param>
    /// <param name="run">The run.</param>
    /// <returns>The hash of the copy.</returns>
    public static async Task<string> KeepAsync(
        GitRepository repository,
        RunFolder run,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        var hash = (await ConfigurationSnapshot.MakeAsync(repository, FolderOf(environment), stop)).Hash;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run.Path)))[..16];
        DurableFile.Write(Path.Combine(FolderOf(environment), hash, Runs, MachineIdentity.Find(environment) + "-" + name), run.Path);
        return hash;
    }

    /// <summary>Substitutes this host's current configuration for a run that moved here. The original configuration belongs to the other
    /// host, with its names and passwords.</summary>
    /// <param name="hash">Hash of the copy that the run started with.</param>
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

    /// <summary>Lists the marker files of the runs that use a copy. Each contains the path of a run's folder.</summary>
    /// <param name="copy">Folder of the copy.</param>
    public static IReadOnlyList<string> RunsOf(string copy) =>
        Path.Combine(copy, Runs) is var notes && Directory.Exists(notes) ? Directory.GetFiles(notes) : [];

    /// <summary>True if a marker file belongs to a run on this host.</summary>
    public static bool IsOfThisMachine(string note, IReadOnlyDictionary<string, string> environment) =>
        Path.GetFileName(note).StartsWith(MachineIdentity.Find(environment) + "-", StringComparison.Ordinal);

    /// <summary>Opens the copy with a hash, or its substitute on this host.</summary>
    /// <exception cref="ConfigurationSnapshotException">The copy is missing or was changed.</exception>
    public static ConfigurationSnapshot Open(IReadOnlyDictionary<string, string> environment, string hash) =>
        ConfigurationSnapshot.Open(
            FolderOf(environment),
            Directory.Exists(Path.Combine(FolderOf(environment), hash)) ? hash : DurableFile.TryRead(StandInOf(environment, hash)) ?? hash
        );
}
