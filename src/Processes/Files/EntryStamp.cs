using System.Runtime.InteropServices;

namespace Orchestrator.Processes;

/// <summary>The state of an entry of a folder, which differs after each change of its content, its permissions or its place. Of a folder
/// only its kind and permissions count.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Inode">Its number on its disk; 0 for a folder.</param>
/// <param name="Size">Its length in bytes; 0 for a folder.</param>
/// <param name="Seconds">The time of the last change of its content or its facts, which programs can't set; 0 for a folder.</param>
/// <param name="Nanoseconds">The part of that time below a second.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EntryStamp(EntryKind Kind, int Mode, ulong Inode, ulong Size, long Seconds, uint Nanoseconds);
