using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Processes;

/// <summary>Reads small files with as few system calls as there can be: what looks at hundreds of them in each step (refs, notes,
/// <c>/proc</c>) would spend most of its time on locks, sizes and buffers that a stream brings along, and on exceptions for what is not
/// there.</summary>
public static partial class SmallFile
{
    // open(2) on Linux.
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;

    // errno(3), the same on all systems.
    private const int NoSuchFile = 2;
    private const int NoFolder = 20;
    private const int IsFolder = 21;
    private const int FirstSize = 4096;

    /// <summary>The content of a file; null if there is none, or a folder in its place. A symbolic link is followed.</summary>
    /// <exception cref="IOException">It is there and can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[]? TryRead(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.Exists(path) ? File.ReadAllBytes(path) : null;
        }
        var content = Read(path, out var error);
        return content is not null || error is NoSuchFile or NoFolder or IsFolder
            ? content
            : throw (
                error is 1 or 13
                    ? new UnauthorizedAccessException($"Access to the path '{path}' is denied.")
                    : new IOException($"'{path}' can't be read: {new Win32Exception(error).Message}.")
            );
    }

    /// <summary>The content, or null for whatever reason: processes end while one looks at them, and those of others cannot be
    /// read.</summary>
    internal static byte[]? ReadIfPossible(string path) => Read(path, out _);

    private static byte[]? Read(string path, out int error)
    {
        using var file = Open(path, OpenReadOnly | OpenCloseOnExec);
        if (file.IsInvalid)
        {
            error = Marshal.GetLastPInvokeError();
            return null;
        }
        Span<byte> first = stackalloc byte[FirstSize];
        byte[]? grown = null;
        for (var length = 0; ; )
        {
            var buffer = grown ?? first;
            var count = Read(file, ref buffer[length], buffer.Length - length);
            if (count < 0)
            {
                error = Marshal.GetLastPInvokeError();
                return null;
            }
            if (count == 0)
            {
                error = 0;
                return buffer[..length].ToArray();
            }
            length += (int)count;
            if (length == buffer.Length)
            {
                var larger = new byte[buffer.Length * 4];
                buffer.CopyTo(larger);
                grown = larger;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(SafeFileHandle file, ref byte buffer, nint count);
}
