namespace Orchestrator.Client.Views;

/// <summary>A document on stdout. Names stay; members may be added.</summary>
public abstract record Document
{
    /// <summary>The present version of all documents.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the document's shape.</summary>
    public int SchemaVersion { get; init; } = CurrentVersion;
}
