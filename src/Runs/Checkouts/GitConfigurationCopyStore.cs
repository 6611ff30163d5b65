using System.Security.Cryptography;

namespace Orchestrator.Runs;

/// <summary>
/// Stores copies of git configurations in <c>~/.local/state/orchestrator/git/HASH</c>. Equal configurations share one copy, and a run
/// refers to its copy by the hash.
/// </summary>
public static class GitConfigurationCopyStore
{
    private const string Runs = "runs";

    /// <summary>Returns the absolute path of the folder that contains all copies.</summary>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(UserStateFolder.RootOf(environment), "git");

    /// <summary>Copies the git configuration that is in effect for a run. The copy is kept while the run's folder exists.</summary>
    /// <param name="repository">The repository. Its path determines the conditional includes. The programs in its configuration are copied
    /// because the user approved them.</param>
    /// <param name="run">Folder of the run.</param>
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
        DurableFile.Write(
            Path.Combine(FolderOf(environment), hash, Runs, MachineIdentityCalculator.Find(environment) + "-" + name),
            run.Path
        );
        return hash;
    }

    /// <summary>
    /// Uses this host's current git configuration as a substitute for the copy of a run that moved here. The original copy stays on the
    /// other host, because it may contain that host's user names and passwords.
    /// </summary>
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
        Path.Combine(FolderOf(environment), $"{hash}.{MachineIdentityCalculator.Find(environment)}");

    /// <summary>Lists the marker files of the runs that use a copy. Each file contains the absolute path of a run's folder.</summary>
    /// <param name="copy">Absolute path of the copy's folder.</param>
    public static IReadOnlyList<string> RunsOf(string copy) =>
        Path.Combine(copy, Runs) is var notes && Directory.Exists(notes) ? Directory.GetFiles(notes) : [];

    /// <summary>True if a marker file belongs to a run on this host.</summary>
    /// <param name="note">Path of the marker file.</param>
    public static bool IsOfThisMachine(string note, IReadOnlyDictionary<string, string> environment) =>
        Path.GetFileName(note).StartsWith(MachineIdentityCalculator.Find(environment) + "-", StringComparison.Ordinal);

    /// <summary>Opens the copy that has the given hash, or the copy that replaces it on this host.</summary>
    /// <exception cref="ConfigurationSnapshotException">The copy is missing or was changed.</exception>
    public static ConfigurationSnapshot Open(IReadOnlyDictionary<string, string> environment, string hash) =>
        ConfigurationSnapshot.Open(
            FolderOf(environment),
            Directory.Exists(Path.Combine(FolderOf(environment), hash)) ? hash : DurableFile.TryRead(StandInOf(environment, hash)) ?? hash
        );
}
