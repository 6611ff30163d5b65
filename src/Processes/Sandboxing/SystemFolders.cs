namespace Orchestrator.Processes;

/// <summary>The folders of the system that every sandbox shows read-only, and the entries of them that it hides.</summary>
public static class SystemFolders
{
    private const string Configuration = "/etc";
    private const int DeepestConfiguration = 4;
    private static readonly Lazy<(IReadOnlyList<string> Files, IReadOnlyList<string> Folders)> s_closed = new(FindClosed);

    /// <summary>Absolute paths: programs, libraries, configuration, and the facts about processors and limits that runtimes read. Of
    /// <c>/run</c> only name resolution and the programs of NixOS.</summary>
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

    /// <summary>Folders that are empty in each sandbox: temporary files, and sockets and locks of programs at work.</summary>
    /// <remarks>In our own temporary folder the runtime listens for debuggers, which may do everything to us.</remarks>
    internal static IReadOnlyList<string> Temporary { get; } =
    ["/tmp", "/var/tmp", "/run", "/var/run", Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.GetTempPath()))];

    /// <summary>Files of the configuration that not every user may read but this one could.</summary>
    internal static IReadOnlyList<string> ClosedFiles => s_closed.Value.Files;

    /// <summary>Folders of the configuration that not every user may read but this one could.</summary>
    internal static IReadOnlyList<string> ClosedFolders => s_closed.Value.Folders;

    /// <summary>True if every sandbox shows the path.</summary>
    /// <param name="path">An absolute path without links.</param>
    public static bool Contain(string path) => Shown.Any(shown => SandboxPath.IsAtOrBelow(path, shown));

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
