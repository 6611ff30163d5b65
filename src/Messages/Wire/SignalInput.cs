using System.Text.Json;

namespace Orchestrator.Messages;

/// <summary>A signal to another workflow of the run.</summary>
/// <param name="WorkflowId">Id of the receiver.</param>
/// <param name="Signal">Name of the signal.</param>
/// <param name="Argument">Its argument.</param>
public sealed record SignalInput(string WorkflowId, string Signal, JsonElement Argument);
