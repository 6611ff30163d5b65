using Temporalio.Converters;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>Signals, queries and updates of a script.</summary>
internal static class ScriptHandlers
{
    public static void Register(ScriptEnv env, OrderedDictionary<string, object?> script)
    {
        foreach (var (name, expression) in ScriptOps.Object(script, "queries"))
        {
            if (name == "*")
            {
                Workflow.DynamicQuery = WorkflowQueryDefinition.CreateWithoutAttribute(
                    null,
                    (string query, IRawValue[] args) => Query(With(env, query, args.FirstOrDefault()), expression)
                );
            }
            else
            {
                var answer = (IRawValue? arg = null) => Query(With(env, name, arg), expression);
                Workflow.Queries[name] = WorkflowQueryDefinition.CreateWithoutAttribute(name, answer);
            }
        }

        foreach (var (name, value) in ScriptOps.Object(script, "updates"))
        {
            var update = (OrderedDictionary<string, object?>)value!;
            var run = ScriptOps.List(update, "run");
            if (name == "*")
            {
                Workflow.DynamicUpdate = WorkflowUpdateDefinition.CreateWithoutAttribute(
                    null,
                    (string called, IRawValue[] args) => RunAsync(With(env, called, args.FirstOrDefault()), run)
                );
                continue;
            }

            var handle = (IRawValue? arg = null) => RunAsync(With(env, name, arg), run);
            var validate = (IRawValue? arg = null) => RunNow(With(env, name, arg), ScriptOps.List(update, "validate"));
            Workflow.Updates[name] = WorkflowUpdateDefinition.CreateWithoutAttribute(
                name,
                handle,
                update.ContainsKey("validate") ? validate : null
            );
        }

        foreach (var (name, value) in ScriptOps.Object(script, "signals"))
        {
            var run = (List<object?>)value!;
            if (name == "*")
            {
                Workflow.DynamicSignal = WorkflowSignalDefinition.CreateWithoutAttribute(
                    null,
                    Task (string called, IRawValue[] args) => RunAsync(With(env, called, args.FirstOrDefault()), run)
                );
            }
            else
            {
                var handle = Task (IRawValue? arg = null) => RunAsync(With(env, name, arg), run);
                Workflow.Signals[name] = WorkflowSignalDefinition.CreateWithoutAttribute(name, handle);
            }
        }
    }

    // Handlers run in the root scope, wherever they are registered.
    private static ScriptEnv With(ScriptEnv env, string name, IRawValue? argument) =>
        new(env.State, env.Scope)
        {
            Handler = name,
            Argument = argument is null ? ScriptValue.Undefined : ScriptValue.Parse(argument.Payload),
        };

    private static async Task<IRawValue> RunAsync(ScriptEnv env, List<object?> ops) => ScriptValue.ToRaw(await ScriptOps.Body(env, ops));

    private static void RunNow(ScriptEnv env, List<object?> ops)
    {
        var step = ScriptOps.Body(env, ops);
        if (!step.Ended)
        {
            throw new InvalidOperationException("validators cannot wait");
        }

        step.Result();
    }

    private static IRawValue Query(ScriptEnv env, object? expression) =>
        expression is OrderedDictionary<string, object?> members && members.TryGetValue("fail", out var failure)
            ? throw ScriptFailures.Make((OrderedDictionary<string, object?>)failure!, env.Value)
            : ScriptValue.ToRaw(env.Value(expression));
}
