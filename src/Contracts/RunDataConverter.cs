using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Temporalio.Converters;

namespace Orchestrator.Contracts;

/// <summary>
/// Turns what crosses Temporal into JSON and back. The bytes are those of the default converter, so any client can start and read runs; the shape of each
/// record is known when the program is built, because finding it out by reflection took a fifth of the time of a short run.
/// </summary>
public static class RunDataConverter
{
    /// <summary>The converter for clients and workers of this project.</summary>
    public static DataConverter Instance { get; } = new(new RunPayloadConverter(), new DefaultFailureConverter());

    /// <summary>How a record is written.</summary>
    internal static JsonSerializerOptions Json => RunPayloadConverter.Options;

    private sealed class RunPayloadConverter() : DefaultPayloadConverter(Options)
    {
        internal static readonly JsonSerializerOptions Options = new() { TypeInfoResolver = JsonTypeInfoResolver.Combine(ContractsJson.Default, new DefaultJsonTypeInfoResolver()) };
    }
}

// Inputs and results of the workflows and activities of this project; what they contain is found by the generator. A type that is missing works too, slower.
[JsonSerializable(typeof(OrchestrationInput))]
[JsonSerializable(typeof(CarriedRun))]
[JsonSerializable(typeof(StoreCarriedInput))]
[JsonSerializable(typeof(ReadCarriedInput))]
[JsonSerializable(typeof(CarriedPart))]
[JsonSerializable(typeof(IReadOnlyList<CarriedTask>))]
[JsonSerializable(typeof(List<CarriedTask>))]
[JsonSerializable(typeof(RunTask))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(RunStatus))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RepositoryReference))]
[JsonSerializable(typeof(LoadPlanInput))]
[JsonSerializable(typeof(PlanOutline))]
[JsonSerializable(typeof(ReadTasksInput))]
[JsonSerializable(typeof(IReadOnlyList<TaskOutline>))]
[JsonSerializable(typeof(List<TaskOutline>))]
[JsonSerializable(typeof(TaskOutline[]))]
[JsonSerializable(typeof(PreflightInput))]
[JsonSerializable(typeof(PreflightResult))]
[JsonSerializable(typeof(ProgressInput))]
[JsonSerializable(typeof(ReadTaskInput))]
[JsonSerializable(typeof(LandInput))]
[JsonSerializable(typeof(LandResult))]
[JsonSerializable(typeof(FinishInput))]
[JsonSerializable(typeof(TaskInput))]
[JsonSerializable(typeof(TaskReport))]
[JsonSerializable(typeof(PrepareTaskInput))]
[JsonSerializable(typeof(PreparedTask))]
[JsonSerializable(typeof(RunAgentInput))]
[JsonSerializable(typeof(AgentRunResult))]
[JsonSerializable(typeof(VerifyTaskInput))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(MergeTaskInput))]
[JsonSerializable(typeof(MergeResult))]
[JsonSerializable(typeof(ReleaseTaskInput))]
[JsonSerializable(typeof(TaskCommand))]
[JsonSerializable(typeof(ApprovalCommand))]
[JsonSerializable(typeof(SteeringAnswer))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
internal sealed partial class ContractsJson : JsonSerializerContext;
