using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>The one workflow of the recordings: it interprets the script in its input.</summary>
[Workflow("script")]
public sealed class ScriptWorkflow
{
    private readonly OrderedDictionary<string, object?>? _program;
    private readonly ScriptEnv _env;
    private readonly string _start;

    /// <summary>Reads the input and registers the handlers of the script.</summary>
    [WorkflowInit]
    public ScriptWorkflow(IRawValue input)
        : this(input, "v1", childIds: null) { }

    private ScriptWorkflow(IRawValue raw, string variant, Queue<string>? childIds)
    {
        var input = (OrderedDictionary<string, object?>)ScriptValue.Parse(raw.Payload)!;
        _start = (string)input["start"]!;
        _program = ScriptValue.Member(input.GetValueOrDefault("scripts"), _start) as OrderedDictionary<string, object?>;
        _env = new(new(input, variant, childIds), new(parent: null));
        Workflow.CancellationToken.Register(_env.Scope.Cancel);
        if (_program is null)
        {
            return;
        }

        foreach (var (name, value) in ScriptOps.Object(_program, "vars"))
        {
            _env.State.Vars[name] = _env.Value(value);
        }

        ScriptHandlers.Register(_env, _program);
    }

    /// <summary>The workflow for a version of the code, as the operation <c>variant</c> sees it.</summary>
    /// <param name="variant">Version of the code.</param>
    /// <param name="childIds">Ids that another SDK generated for children, to replay its history; null: the SDK generates them.</param>
    public static WorkflowDefinition Definition(string variant, Queue<string>? childIds = null) =>
        WorkflowDefinition.Create(
            typeof(ScriptWorkflow),
            nameOverride: null,
            args => new ScriptWorkflow((IRawValue)args[0]!, variant, childIds)
        );

    /// <summary>Runs the script.</summary>
    [WorkflowRun]
    public async Task<IRawValue> RunAsync(IRawValue input)
    {
        if (_program is null)
        {
            throw new ApplicationFailureException($"no script named {_start}", errorType: "NoScript", nonRetryable: true);
        }

        return ScriptValue.ToRaw(await ScriptOps.Body(_env, ScriptOps.List(_program, "run")));
    }
}
