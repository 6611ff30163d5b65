namespace Orchestrator.Messages;

/// <summary>Adds an example to a message record. The example is shown when an invalid message is rejected.</summary>
/// <param name="json">Example as JSON.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MessageExampleAttribute(string json) : Attribute
{
    /// <summary>Example as JSON.</summary>
    public string Json { get; } = json;
}
