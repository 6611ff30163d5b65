namespace Orchestrator.Messages;

/// <summary>What people are shown when they wrote this record in another way.</summary>
/// <param name="json">The record as JSON.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MessageExampleAttribute(string json) : Attribute
{
    /// <summary>The record as JSON.</summary>
    public string Json { get; } = json;
}
