using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Network;

/// <summary>Sends and receives open file descriptors over a Unix socket (<c>SCM_RIGHTS</c> of unix(7)).</summary>
internal static unsafe partial class FileDescriptorMessenger
{
    /// <summary>Maximum number of descriptors in a message. The kernel allows 253.</summary>
    public const int Most = 128;

    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int CloseOnExec = 0x40000000; // MSG_CMSG_CLOEXEC
    private const int WasCut = 0x8; // MSG_CTRUNC

    private static readonly int HeaderSize = Align(sizeof(ControlMessageHeader));

    /// <summary>Sends descriptors. One data byte is also sent, because a stream socket can't carry descriptors alone.</summary>
    /// <exception cref="Win32Exception">The descriptors could not be sent.</exception>
    public static void Send(Socket socket, ReadOnlySpan<int> descriptors)
    {
        var control = stackalloc byte[HeaderSize + Most * sizeof(int)];
        *(ControlMessageHeader*)control = new ControlMessageHeader
        {
            Length = (nuint)(HeaderSize + descriptors.Length * sizeof(int)),
            Level = SocketLevel,
            Type = Rights,
        };
        descriptors.CopyTo(new Span<int>(control + HeaderSize, descriptors.Length));
        byte content = 1;
        var vector = new IoVector { Base = &content, Length = 1 };
        var message = new NativeSocketMessageHeader
        {
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
            ControlLength = (nuint)Align(HeaderSize + descriptors.Length * sizeof(int)),
        };
        if (SendMessage((int)socket.Handle, &message, 0) != 1)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Receives descriptors, or returns an empty array if the sender closed the socket or sent no descriptors.</summary>
    /// <exception cref="Win32Exception">The descriptors could not be received.</exception>
    public static int[] Receive(Socket socket)
    {
        var capacity = HeaderSize + Most * sizeof(int);
        var control = stackalloc byte[capacity];
        byte content = 0;
        var vector = new IoVector { Base = &content, Length = 1 };
        var message = new NativeSocketMessageHeader
        {
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
            ControlLength = (nuint)capacity,
        };
        if (ReceiveMessage((int)socket.Handle, &message, CloseOnExec) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        var header = (ControlMessageHeader*)control;
        if ((int)message.ControlLength < HeaderSize || header->Level != SocketLevel || header->Type != Rights)
        {
            return [];
        }
        var count = ((int)header->Length - HeaderSize) / sizeof(int);
        var received = new Span<int>(control + HeaderSize, count).ToArray();
        if ((message.Flags & WasCut) != 0)
        {
            Array.ForEach(received, Close);
            return [];
        }
        return received;
    }

    /// <summary>Closes a received descriptor.</summary>
    public static void Close(int descriptor) => _ = CloseDescriptor(descriptor);

    private static int Align(int length) => (length + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendMessage(int socket, NativeSocketMessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReceiveMessage(int socket, NativeSocketMessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseDescriptor(int descriptor);

    // Layout of msghdr, iovec and cmsghdr on Linux with glibc. On little-endian systems musl pads the 32-bit members to the same offsets.
    [StructLayout(LayoutKind.Sequential)]
    private struct NativeSocketMessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ControlMessageHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
