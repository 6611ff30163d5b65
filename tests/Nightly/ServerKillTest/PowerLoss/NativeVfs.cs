using System.Runtime.InteropServices;

namespace Orchestrator.ServerKillTest.PowerLoss;

/// <summary>SQLite's <c>sqlite3_vfs</c>, version 3: how it opens and deletes files. What we don't touch stays an opaque pointer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeVfs
{
    public int Version;
    public int FileSize;
    public int MaxPath;
    public NativeVfs* Next;
    public byte* Name;
    public void* AppData;
    public delegate* unmanaged[Cdecl]<NativeVfs*, byte*, NativeFile*, int, int*, int> Open;
    public delegate* unmanaged[Cdecl]<NativeVfs*, byte*, int, int> Delete;
    public void* Access;
    public void* FullPathname;
    public void* DlOpen;
    public void* DlError;
    public void* DlSym;
    public void* DlClose;
    public void* Randomness;
    public void* Sleep;
    public void* CurrentTime;
    public void* GetLastError;
    public void* CurrentTimeInt64;
    public void* SetSystemCall;
    public void* GetSystemCall;
    public void* NextSystemCall;
}

/// <summary>SQLite's <c>sqlite3_file</c>: the code that opens a file appends its own fields.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeFile
{
    public NativeFileMethods* Methods;
}

/// <summary>
/// SQLite's <c>sqlite3_io_methods</c>, version 2: with shared memory, without memory-mapped files, so that every write is seen.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeFileMethods
{
    public int Version;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> Close;
    public delegate* unmanaged[Cdecl]<NativeFile*, void*, int, long, int> Read;
    public delegate* unmanaged[Cdecl]<NativeFile*, void*, int, long, int> Write;
    public delegate* unmanaged[Cdecl]<NativeFile*, long, int> Truncate;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Sync;
    public delegate* unmanaged[Cdecl]<NativeFile*, long*, int> FileSize;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Lock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> Unlock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int*, int> CheckReservedLock;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, void*, int> FileControl;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> SectorSize;
    public delegate* unmanaged[Cdecl]<NativeFile*, int> DeviceCharacteristics;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int, int, void**, int> ShmMap;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int, int, int> ShmLock;
    public delegate* unmanaged[Cdecl]<NativeFile*, void> ShmBarrier;
    public delegate* unmanaged[Cdecl]<NativeFile*, int, int> ShmUnmap;
}

internal static unsafe partial class NativeSqlite
{
    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NativeVfs* FindVfs(byte* name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int RegisterVfs(NativeVfs* vfs, int asDefault);
}
