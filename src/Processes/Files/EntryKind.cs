namespace Orchestrator.Processes;

/// <summary>The kind of a path.</summary>
public enum EntryKind
{
    /// <summary>Nothing, or not accessible.</summary>
    Missing,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A pipe, a socket, a device.</summary>
    Other,
}
