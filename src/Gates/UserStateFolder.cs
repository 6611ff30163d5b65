namespace Orchestrator.Gates;

/// <summary>
/// State folder that all processes of a user on one machine share. It records the running gates and the ports assigned to each worktree.
/// </summary>
public static class UserStateFolder
{
    /// <summary>
    /// Name of the folder below <see cref="RootOf"/> that holds the web page's access token. The folder is hidden from every sandbox.
    /// </summary>
    public const string WebFolder = "web";

    /// <summary>
    /// Name of the folder below <see cref="RootOf"/> that holds the network proxies' files. The folder is hidden from every sandbox.
    /// </summary>
    public const string NetworkFolder = "network";

    /// <summary>
    /// Name of the folder below <see cref="RootOf"/> that holds the user's key for signing decisions. The folder is hidden from every
    /// sandbox.
    /// </summary>
    public const string ApprovalFolder = "approvals";

    /// <summary>
    /// Returns the folder of this machine's network proxy. The path is kept short because the folder contains Unix sockets, whose paths
    /// have a limited length.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string NetworkFolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(RootOf(environment), NetworkFolder, MachineIdentityCalculator.Find(environment)[..8]);

    /// <summary>
    /// Returns the folder of this machine's state, which is <c>orchestrator/machines/ID</c> below <c>$XDG_STATE_HOME</c> or, by default,
    /// <c>~/.local/state</c>. <see cref="MachineIdentityCalculator"/> computes the id. Each machine has its own folder, because machines
    /// and containers may share a home folder but not ports.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(RootOf(environment), "machines", MachineIdentityCalculator.Find(environment));

    /// <summary>
    /// Returns the state folder that several machines may share, which is <c>orchestrator</c> below <c>$XDG_STATE_HOME</c> or, by default,
    /// <c>~/.local/state</c>.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string RootOf(IReadOnlyDictionary<string, string> environment)
    {
        var home = environment.GetValueOrDefault("HOME") is { Length: > 0 } set
            ? set
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var state =
            environment.GetValueOrDefault("XDG_STATE_HOME") is { Length: > 0 } given && Path.IsPathRooted(given)
                ? given
                : Path.Combine(home, ".local", "state");
        return Path.Combine(state, "orchestrator");
    }

    /// <summary>Returns the path of the lock file that guards the other files of a state folder.</summary>
    internal static string LockOf(string folder) => Path.Combine(folder, "lock");

    /// <summary>Returns the state folder of this machine. If the folder is missing, creates it with access only for its owner.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    /// <exception cref="IOException">The folder can't be created.</exception>
    public static string MakeFolder(IReadOnlyDictionary<string, string> environment)
    {
        var folder = FolderOf(environment);
        try
        {
            PrivateFolder.Make(folder);
            return folder;
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException(
                $"The folder {folder} can't be created: {refused.Message} Gates of several runs are coordinated there. Set "
                    + "XDG_STATE_HOME to a "
                    + "writable folder.",
                refused
            );
        }
    }
}
