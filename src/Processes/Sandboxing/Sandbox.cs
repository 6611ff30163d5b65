namespace Orchestrator.Processes;

/// <summary>What a program and all that it starts can reach. What is not named here can be read and not changed; processes outside, and
/// whatever lies in the folders of programs at work (<see cref="PrivateFolders"/>), can't be seen at all. What is left of it dies with the
/// program.</summary>
/// <param name="Program">Absolute path of bubblewrap; see <see cref="Bubblewrap.CheckAsync"/>.</param>
public sealed record Sandbox(string Program)
{
    /// <summary>Folders that are empty in each sandbox, and gone at its end: temporary files, and sockets and locks of programs at work.
    /// Our own temporary folder is among them: there the runtime listens for debuggers, which may do everything to us.</summary>
    public static IReadOnlyList<string> PrivateFolders { get; } =
    [
        .. ((string[])["/tmp", "/var/tmp", "/run", Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.GetTempPath()))]).Distinct(
            StringComparer.Ordinal
        ),
    ];

    /// <summary>Whether a path lies in one of those.</summary>
    public static bool IsPrivate(string path) => PrivateFolders.Any(folder => path.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>Parts of <c>/run</c> that programs need and that decide nothing: name resolution, and where NixOS has its
    /// programs.</summary>
    internal static IReadOnlyList<string> SharedRuntime { get; } =
    ["/run/systemd/resolve", "/run/resolvconf", "/run/nscd", "/run/current-system", "/run/wrappers", "/run/opengl-driver"];

    /// <summary>Absolute paths of folders and files that can be changed. Those that do not exist are left out. Devices may be among
    /// them.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];

    /// <summary>Absolute paths inside of <see cref="Writable"/> that can only be read, and neither moved nor removed.</summary>
    public IReadOnlyList<string> ReadOnly { get; init; } = [];

    /// <summary>Absolute paths inside of <see cref="PrivateFolders"/> that can be read all the same.</summary>
    public IReadOnlyList<string> Visible { get; init; } = [];

    /// <summary>Folders whose entries can be read, and whose new entries vanish at the end: a home, in which programs make files of
    /// their own.</summary>
    public IReadOnlyList<LayeredFolder> Layers { get; init; } = [];

    /// <summary>Folders that have another one in their place.</summary>
    public IReadOnlyList<Substitute> Substitutes { get; init; } = [];

    /// <summary>A folder that must exist for programs and is empty; null for none.</summary>
    public string? RuntimeFolder { get; init; }

    /// <summary>A network of its own, good for one start; null: the machine's network.</summary>
    public SandboxNetwork? Network { get; init; }
}

/// <summary>The network of one sandbox: its own loopback, with sockets that a process outside serves.</summary>
/// <param name="Socket">Absolute path of the socket by which they are handed over; see <see cref="Bubblewrap.NetworkSocket"/>.</param>
/// <param name="Opener">The program, with its arguments, that opens them inside before the sandbox's program starts.</param>
public sealed record SandboxNetwork(string Socket, IReadOnlyList<string> Opener);

/// <summary>A folder whose new entries vanish; see <see cref="Sandbox.Layers"/>.</summary>
/// <param name="Path">Its absolute path. One that does not exist is left out.</param>
/// <param name="Without">Names of entries that can't be seen.</param>
public sealed record LayeredFolder(string Path, IReadOnlyList<string> Without)
{
    /// <summary>A folder with all its entries.</summary>
    /// <param name="path">Its absolute path.</param>
    public LayeredFolder(string path)
        : this(path, []) { }
}

/// <summary>A folder in the place of another one.</summary>
/// <param name="Path">Where it is seen. It must exist, or lie in a private or layered folder.</param>
/// <param name="Source">What is seen there.</param>
/// <param name="IsWritable">It can be changed.</param>
public sealed record Substitute(string Path, string Source, bool IsWritable);
