using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Temporal.Server;

/// <summary>The process that serves the database file of an embedded Temporal server, as recorded in <c>engine.owner</c>.</summary>
/// <param name="Address">Address at which its server listens: <c>unix:PATH</c> or <c>http://HOST:PORT</c>.</param>
/// <param name="Pid">Process id.</param>
/// <param name="StartTime">Start time of the process (UTC).</param>
/// <param name="Token">Random value of each acquisition. A new token with the same process id means that the process acquired the file
/// again.</param>
public sealed record EngineProcessRecord(string Address, int Pid, DateTimeOffset StartTime, string Token);

/// <summary>
/// The exclusive right to serve an embedded Temporal server's database file: an operating-system lock on <c>engine.lock</c>. The lock is
/// held until this object is disposed or the process ends. This class never opens <c>engine.db</c> itself, because closing that file would
/// drop SQLite's own locks.
/// </summary>
public sealed class EngineDatabaseLock : IDisposable
{
    private static readonly string[] NetworkFileSystems =
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smbfs",
        "smb3",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "fuse.sshfs",
        "lustre",
    ];

    /// <summary>Name of the embedded Temporal server's database file in its folder.</summary>
    public const string FileName = "engine.db";

    private const string LockExtension = ".lock";
    private const string OwnerExtension = ".owner";

    private readonly FileStream _lock;
    private readonly FileStream? _guard;
    private readonly string _ownerPath;
    private string? _databaseHandle;

    private EngineDatabaseLock(string databasePath, FileStream held, FileStream? guard)
    {
        _lock = held;
        _guard = guard;
        _ownerPath = Path.ChangeExtension(databasePath, OwnerExtension);
        DatabasePath = databasePath;
    }

    /// <summary>Path of the locked database file, to pass to <see cref="TemporalServerOptions.DatabasePath"/>.</summary>
    public string DatabasePath { get; }

    /// <summary>
    /// True if the lock file or the database file was deleted while locked, for example by <c>git clean -fdx</c>, even if the file was
    /// recreated. Writes are then lost, and another process could start a second server in the folder. The check is cheap enough to run
    /// twice a second.
    /// </summary>
    public bool IsRemoved =>
        OperatingSystem.IsLinux() && (IsUnlinked(Handle(_lock)) || (DatabaseHandle() is { } database && IsUnlinked(database)));

    /// <summary>
    /// Acquires the right to serve the folder's database file, or returns null if another process holds it. In that case,
    /// <see cref="ReadOwner"/> returns the other process's address.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="guard">A second file to lock, outside the folder, or null if there is none. The second lock prevents another engine
    /// from starting after the folder's files were deleted while an engine was running.</param>
    /// <exception cref="InvalidOperationException">The folder is on a network file system, where locks are unreliable.</exception>
    public static EngineDatabaseLock? TryAcquire(string folder, string? guard = null)
    {
        Directory.CreateDirectory(folder);
        return TryAcquireFile(Path.Combine(folder, FileName), guard);
    }

    /// <summary>
    /// Like <see cref="TryAcquire"/>, for a database file of any name. The lock file and the owner file have the same name as the database
    /// file, with the extensions <c>.lock</c> and <c>.owner</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The file is on a network file system, its folder is missing, or its extension is one of
    /// those two.</exception>
    public static EngineDatabaseLock? TryAcquireFile(string databasePath, string? guard = null)
    {
        var path = Path.GetFullPath(databasePath);
        var folder = Path.GetDirectoryName(path) ?? "";
        if (Directory.Exists(path) || !Directory.Exists(folder))
        {
            throw new InvalidOperationException(
                Directory.Exists(path)
                    ? $"{path} is a folder; name a file"
                    : $"the folder {folder} does not exist; create it, or name a file in another folder"
            );
        }

        if (Path.GetExtension(path) is LockExtension or OwnerExtension)
        {
            throw new InvalidOperationException(
                $"{path} can't be an engine file, because the extensions {LockExtension} and {OwnerExtension} are reserved; "
                    + "choose another name"
            );
        }

        var format = new DriveInfo(folder).DriveFormat;
        if (NetworkFileSystems.Contains(format, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"{folder} is on a network file system ({format}), where file locks are unreliable; use a local disk"
            );
        }

        if (guard is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(guard)!);
        }

        FileStream? second = null;
        FileStream? held = null;
        try
        {
            second = guard is null ? null : AcquireLock(guard);
            held = AcquireLock(Path.ChangeExtension(path, LockExtension));
            var file = new EngineDatabaseLock(path, held, second);
            File.Delete(file._ownerPath);
            return file;
        }
        catch (IOException)
        {
            held?.Dispose();
            second?.Dispose();
            return null;
        }
    }

    /// <summary>
    /// Returns the process that serves the folder's database file, or null if no process is recorded or the record can't be read.
    /// </summary>
    public static EngineProcessRecord? ReadOwner(string folder) => ReadOwnerOf(Path.Combine(folder, FileName));

    /// <summary>Like <see cref="ReadOwner"/>, for a database file of any name.</summary>
    public static EngineProcessRecord? ReadOwnerOf(string databasePath)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(databasePath, OwnerExtension)));
            var root = document.RootElement;
            return new EngineProcessRecord(
                root.GetProperty("address").GetString()!,
                root.GetProperty("pid").GetInt32(),
                DateTimeOffset.Parse(root.GetProperty("startTime").GetString()!, CultureInfo.InvariantCulture),
                root.GetProperty("token").GetString()!
            );
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or JsonException
                        or KeyNotFoundException
                        or FormatException
                        or InvalidOperationException
            )
        {
            return null;
        }
    }

    /// <summary>
    /// Records the server's address in the owner file, where the user's other processes can read it. The file is replaced atomically, and
    /// only the user can read it.
    /// </summary>
    public EngineProcessRecord Announce(string address)
    {
        using var process = Process.GetCurrentProcess();
        var owner = new EngineProcessRecord(
            address,
            Environment.ProcessId,
            new DateTimeOffset(process.StartTime.ToUniversalTime()),
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))
        );
        var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("address", owner.Address);
            writer.WriteNumber("pid", owner.Pid);
            writer.WriteString("startTime", owner.StartTime.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteString("token", owner.Token);
            writer.WriteEndObject();
        }

        var temporary = _ownerPath + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(json.ToArray());
        }

        File.Move(temporary, _ownerPath, overwrite: true);
        return owner;
    }

    /// <summary>Releases the database file so that another process can acquire it. Stop the server first.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_ownerPath);
        }
        catch (DirectoryNotFoundException)
        {
            // Ignored, because the whole folder was deleted.
        }

        _lock.Dispose();
        _guard?.Dispose();
    }

    // FileShare.None is an advisory lock of the whole file on Unix. A lock on a file that was deleted before it was locked excludes
    // nobody, because other processes open a new file.
    private static FileStream AcquireLock(string path)
    {
        while (true)
        {
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            if (!OperatingSystem.IsLinux() || !IsUnlinked(Handle(held)))
            {
                return held;
            }

            held.Dispose();
        }
    }

    private static string Handle(FileStream file) => $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}";

    // The kernel appends " (deleted)" to the link target of a deleted file (proc(5)), even if a new file has the same name.
    private static bool IsUnlinked(string handle) =>
        new FileInfo(handle).LinkTarget?.EndsWith(" (deleted)", StringComparison.Ordinal) == true;

    // Finds SQLite's own descriptor once, because opening and closing the file again would drop SQLite's locks. The link target of the
    // lock's descriptor gives the real path of the folder.
    private string? DatabaseHandle() =>
        _databaseHandle ??=
            new FileInfo(Handle(_lock)).LinkTarget is { } held && Path.GetDirectoryName(held) is { } folder
                ? Directory
                    .EnumerateFileSystemEntries("/proc/self/fd")
                    .FirstOrDefault(handle => new FileInfo(handle).LinkTarget == Path.Combine(folder, Path.GetFileName(DatabasePath)))
                : null;
}
