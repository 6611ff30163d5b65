using Temporalio.Workflows;

namespace Temporalio.Worker;

/// <summary>A first call of <see cref="Workflow.Patched"/> in new code.</summary>
/// <param name="WorkflowInfo">The run.</param>
/// <param name="PatchId">The patch.</param>
public record PatchActivationInput(WorkflowInfo WorkflowInfo, string PatchId);
