namespace Orchestrator.Client.Views;

/// <summary>A JSON document that a command prints. New members may be added, but existing names never change.</summary>
public abstract record SchemaVersionedDocument
{
    /// <summary>Current schema version of all documents.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Schema version of the document.</summary>
    public int SchemaVersion { get; init; } = CurrentVersion;
}
