using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Temporal.Server;

/// <summary>The one who serves an engine file, as <c>engine.owner</c> tells it.</summary>
/// <param name="Address">Where its server listens: <c>unix:PATH</c> or <c>http://HOST:PORT</c>.</param>
/// <param name="Pid">Its process.</param>
/// <param name="StartTime">Start of that process (UTC).</param>
/// <param name="Token">Random for each owner: the same process with another token has taken the file anew.</param>
public sealed record EngineOwner(string Address, int Pid, DateTimeOffset StartTime, string Token);

/// <summary>
/// The right to serve the engine file of a folder: an operating-system lock on <c>engine.lock</c>, held until disposed and gone with the
/// process, however it ends.
/// Never opens <c>engine.db</c> itself: closing that file would drop SQLite's own locks.
/// </summary>
public sealed class EngineFile : IDisposable
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

    /// <summary>Name of a folder's engine file.</summary>
    public const string FileName = "engine.db";

    private const string LockExtension = ".lock";
    private const string OwnerExtension = ".owner";

    private readonly FileStream _lock;
    private readonly FileStream? _guard;
    private readonly string _ownerPath;
    private string? _databaseHandle;

    private EngineFile(string databasePath, FileStream held, FileStream? guard)
    {
        _lock = held;
        _guard = guard;
        _ownerPath = Path.ChangeExtension(databasePath, OwnerExtension);
        DatabasePath = databasePath;
    }

    /// <summary>The database file to hand to <see cref="TemporalServerOptions.DatabasePath"/>.</summary>
    public string DatabasePath { get; }

    /// <summary>
    /// True when the files were removed under this process (<c>git clean -fdx</c> does that), whether or not others of their names are
    /// there by now: what is written goes nowhere, and whoever takes the name next would serve a second engine. Cheap enough to be asked
    /// twice a second.
    /// </summary>
    public bool IsRemoved =>
        OperatingSystem.IsLinux() && (IsUnlinked(Handle(_lock)) || (DatabaseHandle() is { } database && IsUnlinked(database)));

    /// <summary>
    /// Takes the folder's engine file, or returns null when another process has it: then <see cref="ReadOwner"/> tells where that one
    /// listens.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="guard">A file that is locked as well, where nobody tidies up: it keeps a second engine from a folder whose files were
    /// removed under a living one. Null: none.</param>
    /// <exception cref="InvalidOperationException">The folder is on a network file system, where locks can't be trusted.</exception>
    public static EngineFile? TryAcquire(string folder, string? guard = null)
    {
        Directory.CreateDirectory(folder);
        return TryAcquireFile(Path.Combine(folder, FileName), guard);
    }

    /// <summary>
    /// As <see cref="TryAcquire"/>, for a database file of any name; lock and owner stand beside it under the same name with the extensions
    /// <c>.lock</c> and <c>.owner</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The file is on a network file system, its folder is missing, or its extension is one of
    /// those two.</exception>
    public static EngineFile? TryAcquireFile(string databasePath, string? guard = null)
    {
        var path = Path.GetFullPath(databasePath);
        var folder = Path.GetDirectoryName(path) ?? "";
        if (Directory.Exists(path) || !Directory.Exists(folder))
        {
            throw new InvalidOperationException(
                Directory.Exists(path)
                    ? $"{path} is a folder; name a file"
                    : $"there is no folder {folder}; make it, or name a file elsewhere"
            );
        }

        if (Path.GetExtension(path) is LockExtension or OwnerExtension)
        {
            throw new InvalidOperationException(
                $"{path} can't be an engine file: the extensions {LockExtension} and {OwnerExtension} are those of files beside "
                    + "one; name it otherwise"
            );
        }

        var format = new DriveInfo(folder).DriveFormat;
        if (NetworkFileSystems.Contains(format, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"{folder} is on a network file system ({format}), where file locks can't be trusted; put it on a local disk"
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
            second = guard is null ? null : TakeLock(guard);
            held = TakeLock(Path.ChangeExtension(path, LockExtension));
            var file = new EngineFile(path, held, second);
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

    /// <summary>The owner of a folder's engine file; null when none has written itself down, or it is only just doing so.</summary>
    public static EngineOwner? ReadOwner(string folder) => ReadOwnerOf(Path.Combine(folder, FileName));

    /// <summary>As <see cref="ReadOwner"/>, for a database file of any name.</summary>
    public static EngineOwner? ReadOwnerOf(string databasePath)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(databasePath, OwnerExtension)));
            var root = document.RootElement;
            return new EngineOwner(
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
    /// Tells other processes where the server listens. Written whole (a new file moved into place), readable by the user alone.
    /// </summary>
    public EngineOwner Announce(string address)
    {
        using var process = Process.GetCurrentProcess();
        var owner = new EngineOwner(
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

    /// <summary>Gives the file up for others to take. Stop the server first.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_ownerPath);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody removed the whole folder.
        }

        _lock.Dispose();
        _guard?.Dispose();
    }

    // FileShare.None is an advisory lock of the whole file on Unix. A file that was removed before it was locked is no lock that others
    // would meet.
    private static FileStream TakeLock(string path)
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

    // The kernel says so of a name that is gone (proc(5)), also where there is another file of the same name.
    private static bool IsUnlinked(string handle) =>
        new FileInfo(handle).LinkTarget?.EndsWith(" (deleted)", StringComparison.Ordinal) == true;

    // SQLite's own handle, looked for once: the file must not be opened a second time. The lock's handle tells the folder by its real name.
    private string? DatabaseHandle() =>
        _databaseHandle ??=
            new FileInfo(Handle(_lock)).LinkTarget is { } held && Path.GetDirectoryName(held) is { } folder
                ? Directory
                    .EnumerateFileSystemEntries("/proc/self/fd")
                    .FirstOrDefault(handle => new FileInfo(handle).LinkTarget == Path.Combine(folder, Path.GetFileName(DatabasePath)))
                : null;
}
