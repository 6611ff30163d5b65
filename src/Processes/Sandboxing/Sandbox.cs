namespace Orchestrator.Processes;

/// <summary>
/// Describes a sandbox by the files that a program and its descendants can access. The root folder is initially empty, so only listed paths
/// and system folders (<see cref="SystemFolders"/>) exist. Other processes are invisible, and processes that the program leaves behind die
/// with the sandbox.
/// </summary>
/// <param name="Program">Absolute path of bubblewrap (see <see cref="Bubblewrap.CheckAsync"/>).</param>
public sealed record Sandbox(string Program)
{
    /// <summary>
    /// Program and arguments that create the sandbox from its JSON description, instead of bubblewrap. Empty to use bubblewrap.
    /// </summary>
    public IReadOnlyList<string> Runner { get; init; } = [];

    /// <summary>
    /// Absolute paths of files and folders that can be read. Symbolic links in these paths also exist in the sandbox. Missing paths are
    /// skipped.
    /// </summary>
    public IReadOnlyList<string> Visible { get; init; } = [];

    /// <summary>Absolute paths of writable folders and files, possibly including devices. Missing paths are skipped.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];

    /// <summary>Absolute paths inside <see cref="Writable"/> that are read-only and can't be moved or removed.</summary>
    public IReadOnlyList<string> ReadOnly { get; init; } = [];

    /// <summary>Absolute paths of files that appear empty, such as stored credentials. They lie within the other listed paths.</summary>
    public IReadOnlyList<string> Masked { get; init; } = [];

    /// <summary>
    /// Absolute paths of folders, such as the home folder, that are initially empty and whose content is discarded when the sandbox ends.
    /// </summary>
    public IReadOnlyList<string> Empty { get; init; } = [];

    /// <summary>
    /// Absolute paths of folders that contain only the paths that this sandbox lists. They reject new files, because such files would be
    /// lost when the sandbox ends.
    /// </summary>
    public IReadOnlyList<string> Closed { get; init; } = [];

    /// <summary>Folders that are replaced by other folders in the sandbox.</summary>
    public IReadOnlyList<SandboxBindMount> Substitutes { get; init; } = [];

    /// <summary>Folders whose original content is shared and whose changes are private, or null if there are none.</summary>
    public OverlayMounts? Overlays { get; init; }

    /// <summary>
    /// Absolute path of a file with a system-call filter (<see cref="SystemCallFilter"/>), or null to filter no system calls.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>Environment variables that override those of the program. Not suitable for secrets, because other users can see
    /// them.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Provider that opens a separate network for each start of the program, or null for the host's network.</summary>
    public ISandboxNetworkProvider? Door { get; init; }

    /// <summary>Separate network for one start of the program, or null for the host's network.</summary>
    public SandboxNetwork? Network { get; init; }

    /// <summary>
    /// Moves environment variables that cause programs to load files, such as libraries, to <see cref="Variables"/>. Bubblewrap itself runs
    /// outside the sandbox and must not load these files.
    /// </summary>
    /// <param name="environment">Environment of the outermost program.</param>
    public Sandbox MoveLoaderVariables(IDictionary<string, string?> environment)
    {
        var taken = environment.Where(pair => EnvironmentVariableAllowlist.IsOfLoader(pair.Key) && pair.Value is not null).ToList();
        foreach (var (name, _) in taken)
        {
            environment.Remove(name);
        }
        return this with
        {
            Variables = taken
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value!))
                .Concat(Variables)
                .DistinctBy(pair => pair.Key)
                .ToDictionary(),
        };
    }

    /// <summary>
    /// Returns a copy of the sandbox with an open network for one start of the program. Returns this sandbox if it has no separate network
    /// to open.
    /// </summary>
    /// <param name="environment">Variables of the program, in which keys may be replaced.</param>
    /// <exception cref="ProcessStartException">The network could not be opened.</exception>
    public async Task<Sandbox> OpenAsync(IDictionary<string, string?> environment, CancellationToken stop) =>
        Door is null ? this : this with { Door = null, Network = await Door.OpenAsync(environment, stop) };
}

/// <summary>Provides networks for sandboxes.</summary>
public interface ISandboxNetworkProvider
{
    /// <summary>Address at which programs in the sandbox reach services whose API keys stay outside the sandbox.</summary>
    string ServiceAddress { get; }

    /// <summary>Opens a network for one start of the program.</summary>
    /// <param name="environment">Variables of the program. Keys that stay outside are replaced by placeholders, and the addresses of their
    /// services by an address inside the sandbox.</param>
    /// <exception cref="ProcessStartException">The network could not be opened.</exception>
    Task<SandboxNetwork> OpenAsync(IDictionary<string, string?> environment, CancellationToken cancellationToken);
}

/// <summary>Network of a sandbox, which consists of a loopback interface with sockets that a process outside the sandbox serves.</summary>
/// <param name="Socket">Absolute path of the socket through which the sockets are handed over (see
/// <see cref="Bubblewrap.NetworkSocket"/>).</param>
/// <param name="Opener">Program and arguments that open the sockets inside the sandbox before its program starts.</param>
public sealed record SandboxNetwork(string Socket, IReadOnlyList<string> Opener);

/// <summary>A folder that replaces another folder in a sandbox.</summary>
/// <param name="Path">Absolute path of the folder inside the sandbox.</param>
/// <param name="Source">Absolute path of the folder outside.</param>
/// <param name="IsWritable">True if the sandbox may change the folder.</param>
public sealed record SandboxBindMount(string Path, string Source, bool IsWritable);
