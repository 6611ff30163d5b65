namespace Orchestrator.Processes;

/// <summary>System folders that every sandbox shows read-only, and the entries in these folders that are hidden.</summary>
public static class SystemFolders
{
    private const string Configuration = "/etc";
    private const int DeepestConfiguration = 4;
    private static readonly Lazy<(IReadOnlyList<string> Files, IReadOnlyList<string> Folders)> s_closed = new(FindClosed);

    /// <summary>
    /// Absolute paths of folders with programs, libraries, configuration, and the CPU and cgroup data that runtimes read. Under
    /// <c>/run</c>, only the folders for name resolution and for programs of NixOS are shown.
    /// </summary>
    internal static IReadOnlyList<string> Shown { get; } =
    [
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        Configuration,
        "/opt",
        "/nix/store",
        "/gnu/store",
        "/sys/devices/system",
        "/sys/fs/cgroup",
        "/var/lib/ca-certificates",
        "/run/systemd/resolve",
        "/run/resolvconf",
        "/run/nscd",
        "/run/current-system",
        "/run/wrappers",
        "/run/opengl-driver",
    ];

    /// <summary>Folders that are empty in each sandbox. Outside a sandbox, these folders contain temporary files, and sockets and locks of
    /// running programs.</summary>
    /// <remarks>For example, the .NET runtime of this process listens for debuggers in the temporary folder. A debugger has full control
    /// over the process.</remarks>
    internal static IReadOnlyList<string> Temporary { get; } =
    ["/tmp", "/var/tmp", "/run", "/var/run", Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.GetTempPath()))];

    /// <summary>Configuration files that are not readable by all users. Sandboxes show these files as empty.</summary>
    internal static IReadOnlyList<string> ClosedFiles => s_closed.Value.Files;

    /// <summary>Configuration folders that are not accessible to all users. Sandboxes show these folders as empty.</summary>
    internal static IReadOnlyList<string> ClosedFolders => s_closed.Value.Folders;

    /// <summary>True if every sandbox shows the path.</summary>
    /// <param name="path">Absolute path without links.</param>
    public static bool Contain(string path) => Shown.Any(shown => ResolvedSymlinkPath.IsAtOrBelow(path, shown));

    private static (IReadOnlyList<string> Files, IReadOnlyList<string> Folders) FindClosed()
    {
        List<string> files = [];
        List<string> folders = [];
        if (!OperatingSystem.IsWindows())
        {
            Look(new DirectoryInfo(Configuration), 1);
        }
        return (files, folders);

        void Look(DirectoryInfo folder, int depth)
        {
            foreach (var entry in folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.None }))
            {
                if (entry.LinkTarget is not null)
                {
                    continue; // A link is as readable as its target.
                }
                var isFolder = entry is DirectoryInfo;
                var open = isFolder ? UnixFileMode.OtherRead | UnixFileMode.OtherExecute : UnixFileMode.OtherRead;
                if ((entry.UnixFileMode & open) != open)
                {
                    (isFolder ? folders : files).Add(entry.FullName);
                }
                else if (isFolder && depth < DeepestConfiguration)
                {
                    Look((DirectoryInfo)entry, depth + 1);
                }
            }
        }
    }
}
