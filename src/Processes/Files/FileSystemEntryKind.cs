namespace Orchestrator.Processes;

/// <summary>Kind of a file system entry.</summary>
public enum FileSystemEntryKind
{
    /// <summary>The entry does not exist or is not accessible.</summary>
    Missing,

    /// <summary>The entry is a regular file.</summary>
    File,

    /// <summary>The entry is a folder.</summary>
    Folder,

    /// <summary>The entry is a symbolic link.</summary>
    Link,

    /// <summary>The entry is a pipe, a socket or a device.</summary>
    Other,
}
