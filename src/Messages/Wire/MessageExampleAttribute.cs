namespace Orchestrator.Messages;

/// <summary>Example of a message, shown when an invalid message is rejected.</summary>
/// <param name="json">The record as JSON.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MessageExampleAttribute(string json) : Attribute
{
    /// <summary>The record as JSON.</summary>
    public string Json { get; } = json;
}
