namespace Orchestrator.Gates;

/// <summary>State that the processes of a user on one machine share: which gates run, and which ports a worktree has.</summary>
public static class UserState
{
    /// <summary>Folder of the page's token in <see cref="RootOf"/>; no sandbox shows it.</summary>
    public const string WebFolder = "web";

    /// <summary>Folder of the network proxies in <see cref="RootOf"/>; no sandbox shows it.</summary>
    public const string NetworkFolder = "network";

    /// <summary>The folder of this machine's network proxy. Its path is short, since sockets lie in it.</summary>
    /// <param name="environment">Variables of the process.</param>
    public static string NetworkFolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(RootOf(environment), NetworkFolder, MachineIdentity.Find(environment)[..8]);

    /// <summary><c>$XDG_STATE_HOME</c> or <c>~/.local/state</c>, then <c>orchestrator/machines/ID</c> (<see cref="MachineIdentity"/>): a
    /// home folder may be shared by machines and containers, ports are not.</summary>
    /// <param name="environment">Variables of the process.</param>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(RootOf(environment), "machines", MachineIdentity.Find(environment));

    /// <summary><c>$XDG_STATE_HOME</c> or <c>~/.local/state</c>, then <c>orchestrator</c>: what machines may share.</summary>
    /// <param name="environment">Variables of the process.</param>
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

    /// <summary>The lock file for reading and writing others in a folder of the state.</summary>
    internal static string LockOf(string folder) => Path.Combine(folder, "lock");

    /// <summary>The folder, created where it is missing, for its owner alone.</summary>
    /// <param name="environment">Variables of the process.</param>
    /// <exception cref="IOException">It can't be created.</exception>
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
                $"The folder {folder} can't be made: {refused.Message} Gates of several runs agree there; set XDG_STATE_HOME to a "
                    + "folder that you can write.",
                refused
            );
        }
    }
}
