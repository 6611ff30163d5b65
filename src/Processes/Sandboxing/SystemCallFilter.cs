using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>
/// Creates a seccomp(2) filter for system calls that sandboxed programs must not use. The filter blocks injected terminal input
/// (<c>TIOCSTI</c>), the kernel's key rings, and three interfaces with a history of kernel vulnerabilities (<c>perf_event_open</c>,
/// <c>bpf</c> and <c>userfaultfd</c>). Blocked calls fail with EPERM.
/// </summary>
public static class SystemCallFilter
{
    // Constants of linux/bpf_common.h and linux/seccomp.h.
    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfGreaterOrEqual = 0x35;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7FFF0000;
    private const uint Refuse = 0x00050001; // SECCOMP_RET_ERRNO with EPERM.
    private const uint NumberOffset = 0;
    private const uint AbiOffset = 4;
    private const uint SecondArgumentOffset = 24;
    private const uint TypeIntoTerminal = 0x5412;

    /// <summary>First system call number of the x32 interface on x86-64, which would otherwise bypass the filter.</summary>
    private const uint X32 = 0x40000000;

    // AUDIT_ARCH of linux/audit.h, ioctl, and add_key, request_key, keyctl, perf_event_open, bpf, userfaultfd. A 64-bit kernel also runs
    // programs of the 32-bit interface.
    private static readonly (uint Abi, uint Ioctl, uint[] Refused)[] s_ofX64 =
    [
        (0xC000003E, 16, [248, 249, 250, 298, 321, 323]),
        (0x40000003, 54, [286, 287, 288, 336, 357, 374]),
    ];

    private static readonly (uint Abi, uint Ioctl, uint[] Refused)[] s_ofArm64 =
    [
        (0xC00000B7, 29, [217, 218, 219, 241, 280, 282]),
        (0x40000028, 54, [309, 310, 311, 364, 386, 388]),
    ];

    /// <summary>Writes the system-call filter to a file in the folder, unless the file already contains this filter.</summary>
    /// <param name="folder">Absolute path of a private folder, which no sandbox can change.</param>
    /// <returns>Absolute path of the file, or null for a processor architecture without a filter.</returns>
    public static string? FileIn(string folder)
    {
        if (For(RuntimeInformation.ProcessArchitecture) is not { } filter)
        {
            return null;
        }
        // Hosts with other processor architectures may share the folder.
        var file = Path.Combine(folder, $"system-calls-{RuntimeInformation.ProcessArchitecture}.bpf".ToLowerInvariant());
        if (SmallFileReader.TryRead(file)?.AsSpan().SequenceEqual(filter) != true)
        {
            OrchestratorFolderCreator.Ensure(folder);
            DurableFile.Write(file, filter);
        }
        return file;
    }

    /// <summary>Returns the filter in the kernel's format, or null for a processor architecture without a filter.</summary>
    public static byte[]? For(Architecture processor) =>
        processor switch
        {
            Architecture.X64 => Make(s_ofX64),
            Architecture.Arm64 => Make(s_ofArm64),
            _ => null,
        };

    private static byte[] Make((uint Abi, uint Ioctl, uint[] Refused)[] interfaces)
    {
        List<byte> program = [];
        Add(program, Load, 0, 0, AbiOffset);
        foreach (var (abi, ioctl, refused) in interfaces)
        {
            // Jump offsets count the skipped instructions. The block ends with an allow and a refuse instruction.
            var hasX32 = abi == s_ofX64[0].Abi;
            var length = (hasX32 ? 1 : 0) + refused.Length + 6;
            var left = length;
            Add(program, JumpIfEqual, 0, length, abi);
            Next(Load, 0, 0, NumberOffset);
            if (hasX32)
            {
                Next(JumpIfGreaterOrEqual, left - 2, 0, X32);
            }
            foreach (var number in refused)
            {
                Next(JumpIfEqual, left - 2, 0, number);
            }
            Next(JumpIfEqual, 0, 2, ioctl);
            Next(Load, 0, 0, SecondArgumentOffset);
            Next(JumpIfEqual, left - 2, 0, TypeIntoTerminal);
            Next(Return, 0, 0, Allow);
            Next(Return, 0, 0, Refuse);

            void Next(ushort code, int ifTrue, int ifFalse, uint value)
            {
                Add(program, code, ifTrue, ifFalse, value);
                left--;
            }
        }
        Add(program, Return, 0, 0, Allow);
        return [.. program];
    }

    // Writes a struct sock_filter. Both architectures are little-endian.
    private static void Add(List<byte> program, ushort code, int ifTrue, int ifFalse, uint value)
    {
        Span<byte> instruction = stackalloc byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
        (instruction[2], instruction[3]) = (checked((byte)ifTrue), checked((byte)ifFalse));
        BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], value);
        program.AddRange(instruction);
    }
}
