using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace Orchestrator.ServerKillTest.PowerLoss;

/// <summary>
/// Stands between SQLite and the file system of this process: everything is passed to the real one, after the <see cref="IDisk"/> of the
/// file's folder was asked.
/// Each file is ours (the table of functions and the file's number) with the real one behind it.
/// </summary>
internal static unsafe class ShimVfs
{
    private const int IoErrorWrite = 778;
    private const int IoErrorSync = 1034;
    private const int IoErrorTruncate = 1546;

    private static readonly Lock Guard = new();
    private static readonly Dictionary<int, (IDisk Disk, string Path)> Files = [];
    private static readonly List<IDisk> Disks = [];
    private static int _lastNumber;
    private static NativeVfs* _real;
    private static NativeVfs* _shim;
    private static NativeFileMethods* _methods;

    /// <summary>Reports SQLite's later operations in the disk's folder to the disk.</summary>
    public static void Watch(IDisk disk)
    {
        lock (Guard)
        {
            Disks.Add(disk);
            if (_shim is null)
            {
                Register();
            }
        }
    }

    /// <summary>Stops reporting operations in the disk's folder. Close its files first.</summary>
    public static void Forget(IDisk disk)
    {
        lock (Guard)
        {
            Disks.Remove(disk);
            foreach (var number in Files.Where(file => file.Value.Disk == disk).Select(file => file.Key).ToList())
            {
                Files.Remove(number);
            }
        }
    }

    private static void Register()
    {
        Batteries_V2.Init();
        _real = NativeSqlite.FindVfs(null);
        _methods = (NativeFileMethods*)NativeMemory.AllocZeroed((nuint)sizeof(NativeFileMethods));
        *_methods = new NativeFileMethods
        {
            Version = 2,
            Close = &Close,
            Read = &Read,
            Write = &Write,
            Truncate = &Truncate,
            Sync = &Sync,
            FileSize = &FileSize,
            Lock = &Lock,
            Unlock = &Unlock,
            CheckReservedLock = &CheckReservedLock,
            FileControl = &FileControl,
            SectorSize = &SectorSize,
            DeviceCharacteristics = &DeviceCharacteristics,
            ShmMap = &ShmMap,
            ShmLock = &ShmLock,
            ShmBarrier = &ShmBarrier,
            ShmUnmap = &ShmUnmap,
        };
        _shim = (NativeVfs*)NativeMemory.AllocZeroed((nuint)sizeof(NativeVfs));
        *_shim = *_real;
        _shim->Next = null;
        _shim->Name = (byte*)Marshal.StringToCoTaskMemUTF8("shim");
        _shim->FileSize = sizeof(ShimFile) + _real->FileSize;
        _shim->Open = &Open;
        _shim->Delete = &Delete;
        if (NativeSqlite.RegisterVfs(_shim, asDefault: 1) != raw.SQLITE_OK)
        {
            throw new InvalidOperationException("SQLite does not take the file system");
        }
    }

    private static NativeFile* Real(NativeFile* file) => (NativeFile*)((byte*)file + sizeof(ShimFile));

    private static (IDisk Disk, string Path)? Watched(NativeFile* file)
    {
        lock (Guard)
        {
            return Files.TryGetValue(((ShimFile*)file)->Number, out var watched) ? watched : null;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(NativeVfs* vfs, byte* name, NativeFile* file, int flags, int* outFlags)
    {
        var shim = (ShimFile*)file;
        shim->Methods = null;
        shim->Number = -1;
        var code = _real->Open(_real, name, Real(file), flags, outFlags);
        if (code != raw.SQLITE_OK)
        {
            if (Real(file)->Methods is not null)
            {
                _ = Real(file)->Methods->Close(Real(file));
            }
            return code;
        }

        shim->Methods = _methods;
        if (name is not null)
        {
            shim->Number = NumberOf(PathOf(name));
        }
        return code;
    }

    private static int NumberOf(string path)
    {
        lock (Guard)
        {
            var disk = Disks.Find(one => path.StartsWith(one.Folder, StringComparison.Ordinal));
            if (disk is null)
            {
                return -1;
            }
            disk.Opened(path);
            Files.Add(++_lastNumber, (disk, path));
            return _lastNumber;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(NativeVfs* vfs, byte* name, int syncFolder)
    {
        var path = PathOf(name);
        IDisk? disk;
        lock (Guard)
        {
            disk = Disks.Find(one => path.StartsWith(one.Folder, StringComparison.Ordinal));
        }
        disk?.Deleted(path);
        return _real->Delete(_real, name, syncFolder);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(NativeFile* file, void* data, int length, long offset)
    {
        if (Watched(file) is { } watched)
        {
            switch (watched.Disk.Write(watched.Path, offset, new ReadOnlySpan<byte>(data, length)))
            {
                case Verdict.Fails:
                    return IoErrorWrite;
                case Verdict.Kills:
                    _ = Real(file)->Methods->Write(Real(file), data, length / 2, offset);
                    KillThisProcess();
                    break;
                default:
                    break;
            }
        }

        return Real(file)->Methods->Write(Real(file), data, length, offset);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(NativeFile* file, long size) =>
        Watched(file) is { } watched && watched.Disk.Truncate(watched.Path, size) == Verdict.Fails
            ? IoErrorTruncate
            : Real(file)->Methods->Truncate(Real(file), size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(NativeFile* file, int flags)
    {
        if (Watched(file) is not { } watched)
        {
            return Real(file)->Methods->Sync(Real(file), flags);
        }
        switch (watched.Disk.Sync(watched.Path))
        {
            case Verdict.Fails:
                return IoErrorSync;
            case Verdict.Kills:
                KillThisProcess();
                break;
            default:
                break;
        }

        // What is on the real disk is thrown away with the test; only the record of it counts.
        return raw.SQLITE_OK;
    }

    private static void KillThisProcess()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    private static string PathOf(byte* name) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(NativeFile* file) => Real(file)->Methods->Close(Real(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(NativeFile* file, void* data, int length, long offset) =>
        Real(file)->Methods->Read(Real(file), data, length, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(NativeFile* file, long* size) => Real(file)->Methods->FileSize(Real(file), size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(NativeFile* file, int level) => Real(file)->Methods->Lock(Real(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(NativeFile* file, int level) => Real(file)->Methods->Unlock(Real(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(NativeFile* file, int* result) => Real(file)->Methods->CheckReservedLock(Real(file), result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(NativeFile* file, int operation, void* argument) =>
        Real(file)->Methods->FileControl(Real(file), operation, argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(NativeFile* file) => Real(file)->Methods->SectorSize(Real(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(NativeFile* file) => Real(file)->Methods->DeviceCharacteristics(Real(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(NativeFile* file, int page, int size, int extend, void** memory) =>
        Real(file)->Methods->ShmMap(Real(file), page, size, extend, memory);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(NativeFile* file, int offset, int count, int flags) =>
        Real(file)->Methods->ShmLock(Real(file), offset, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(NativeFile* file) => Real(file)->Methods->ShmBarrier(Real(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(NativeFile* file, int delete) => Real(file)->Methods->ShmUnmap(Real(file), delete);

    [StructLayout(LayoutKind.Sequential)]
    private struct ShimFile
    {
        public NativeFileMethods* Methods;
        public int Number;
        public int Padding;
    }
}
