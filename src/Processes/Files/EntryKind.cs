namespace Orchestrator.Processes;

/// <summary>Kind of a file system entry.</summary>
public enum EntryKind
{
    /// <summary>The entry does not exist or is not accessible.</summary>
    Missing,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Other,
}
