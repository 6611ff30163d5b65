namespace Orchestrator.Processes;

/// <summary>The files that a program and all that it starts can reach. The root is empty: only listed paths and the system's own folders
/// (<see cref="SystemFolders"/>) exist. Other processes are out of sight, and processes that the program leaves behind die with
/// it.</summary>
/// <param name="Program">Absolute path of bubblewrap; see <see cref="Bubblewrap.CheckAsync"/>.</param>
public sealed record Sandbox(string Program)
{
    /// <summary>The program, with its arguments, that makes the sandbox from a description in place of bubblewrap; empty:
    /// bubblewrap.</summary>
    public IReadOnlyList<string> Runner { get; init; } = [];

    /// <summary>Absolute paths of files and folders that can be read. Links on the way exist as the user sees them; missing paths are left
    /// out.</summary>
    public IReadOnlyList<string> Visible { get; init; } = [];

    /// <summary>Absolute paths of folders and files that can be changed. Missing ones are left out. Devices may be among them.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];

    /// <summary>Absolute paths inside of <see cref="Writable"/> that can only be read, and neither moved nor removed.</summary>
    public IReadOnlyList<string> ReadOnly { get; init; } = [];

    /// <summary>Absolute paths of files inside of the other ones that read as empty, such as stored credentials.</summary>
    public IReadOnlyList<string> Masked { get; init; } = [];

    /// <summary>Absolute paths of folders that exist, are empty and vanish at the end, such as the home.</summary>
    public IReadOnlyList<string> Empty { get; init; } = [];

    /// <summary>Absolute paths of folders that hold only listed paths, and refuse new files, so that no program takes a file that vanishes
    /// for stored.</summary>
    public IReadOnlyList<string> Closed { get; init; } = [];

    /// <summary>Folders that have another one in their place.</summary>
    public IReadOnlyList<Substitute> Substitutes { get; init; } = [];

    /// <summary>Folders whose content is shared and whose changes are private; null for none.</summary>
    public OverlayTable? Overlays { get; init; }

    /// <summary>Absolute path of a file with a filter of system calls (<see cref="SystemCallFilter"/>); null for none.</summary>
    public string? Filter { get; init; }

    /// <summary>Variables that the program gets in place of its own ones. Not for secrets: other users can see them.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The door to a network of its own, which is opened for each start; null: the machine's network.</summary>
    public ISandboxDoor? Door { get; init; }

    /// <summary>A network of its own, good for one start; null: the machine's network.</summary>
    public SandboxNetwork? Network { get; init; }

    /// <summary>Moves variables that make programs load files from an environment into the sandbox: bubblewrap itself runs
    /// outside.</summary>
    /// <param name="environment">The environment of the outermost program.</param>
    public Sandbox TakeLoaderVariables(IDictionary<string, string?> environment)
    {
        var taken = environment.Where(pair => ProgramVariables.IsOfLoader(pair.Key) && pair.Value is not null).ToList();
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

    /// <summary>Opens the door for one start.</summary>
    /// <param name="environment">The program's variables, in which the door may replace keys.</param>
    /// <exception cref="ProcessStartException">The network can't be had.</exception>
    public async Task<Sandbox> OpenAsync(IDictionary<string, string?> environment, CancellationToken stop) =>
        Door is null ? this : this with { Door = null, Network = await Door.OpenAsync(environment, stop) };
}

/// <summary>Gives sandboxes their network.</summary>
public interface ISandboxDoor
{
    /// <summary>A network for one start.</summary>
    /// <param name="environment">The program's variables. Keys that stay outside are replaced by placeholders, and addresses of their
    /// services by one inside the sandbox.</param>
    /// <exception cref="ProcessStartException">The network can't be had.</exception>
    Task<SandboxNetwork> OpenAsync(IDictionary<string, string?> environment, CancellationToken cancellationToken);
}

/// <summary>The network of one sandbox: its own loopback, with sockets that a process outside serves.</summary>
/// <param name="Socket">Absolute path of the socket by which they are handed over; see <see cref="Bubblewrap.NetworkSocket"/>.</param>
/// <param name="Opener">The program, with its arguments, that opens them inside before the sandbox's program starts.</param>
public sealed record SandboxNetwork(string Socket, IReadOnlyList<string> Opener);

/// <summary>A folder in the place of another one.</summary>
/// <param name="Path">Absolute path at which the sandbox shows the folder.</param>
/// <param name="Source">Absolute path of the folder outside.</param>
/// <param name="IsWritable">True if the sandbox may change the folder.</param>
public sealed record Substitute(string Path, string Source, bool IsWritable);
