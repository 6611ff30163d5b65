using Temporalio.Converters;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <content>Operations that wait: calls, scopes, strands.</content>
internal static partial class ScriptOps
{
    private static Step Timer(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var length = TimeSpan.FromMilliseconds((double)env.Value(op["ms"])!);
        return StartOrWait(
            env,
            op,
            Begin(
                env,
                scope => Workflow.DelayWithOptionsAsync(new(length, op.GetValueOrDefault("summary") as string, scope.Token)),
                () => ScriptValue.Undefined
            )
        );
    }

    private static Step Activity(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var options = ScriptOptions.Activity(env, op);
        RawValue[] args = op.GetValueOrDefault("noArgs") is true
            ? []
            : [ScriptValue.ToRaw(env.Value(op.GetValueOrDefault("do") ?? new List<object?>()))];
        return StartOrWait(
            env,
            op,
            BeginCall(
                env,
                scope =>
                {
                    options.CancellationToken = scope.Token;
                    return Workflow.ExecuteActivityAsync<IRawValue>(op.GetValueOrDefault("type") as string ?? "act", args, options);
                }
            )
        );
    }

    private static Step LocalActivity(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var options = ScriptOptions.LocalActivity(env, op);
        RawValue[] args = [ScriptValue.ToRaw(env.Value(op.GetValueOrDefault("do") ?? new List<object?>()))];
        return StartOrWait(
            env,
            op,
            BeginCall(
                env,
                scope =>
                {
                    options.CancellationToken = scope.Token;
                    return Workflow.ExecuteLocalActivityAsync<IRawValue>(op.GetValueOrDefault("type") as string ?? "act", args, options);
                }
            )
        );
    }

    private static Step Child(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var options = ScriptOptions.Child(env, op);
        var input = new OrderedDictionary<string, object?>
        {
            ["scripts"] = env.State.Input["scripts"],
            ["start"] = op["script"],
            ["args"] = env.Value(op.GetValueOrDefault("args")),
        };
        var scope = new ScriptScope(env.Scope);
        options.CancellationToken = scope.Token;
        var start = Workflow.StartChildWorkflowAsync(
            op.GetValueOrDefault("type") as string ?? "script",
            [ScriptValue.ToRaw(input)],
            options
        );
        return StartOrWait(env, op, new(scope, Outcome(), StartedChild()));

        async Step StartedChild() => await start;

        async Step Outcome()
        {
            try
            {
                return Parsed(await (await start).GetResultAsync<IRawValue>());
            }
            finally
            {
                scope.Leave();
            }
        }
    }

    private static async Step Started(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var child = (ChildWorkflowHandle)(await HandleOf(env, op).Started!)!;
        Store(env, op, new OrderedDictionary<string, object?> { ["workflowId"] = child.Id, ["runId"] = child.FirstExecutionRunId });
        return null;
    }

    private static async Step Await(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        Store(env, op, await HandleOf(env, op).Outcome);
        return null;
    }

    private static async Step Cancel(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        HandleOf(env, op).Scope.Cancel();
        await Others();
        return null;
    }

    private static async Step SignalChild(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var child = (ChildWorkflowHandle)(await HandleOf(env, op).Started!)!;
        return await StartOrWait(
            env,
            op,
            Begin(
                env,
                scope => child.SignalAsync((string)op["signal"]!, Arguments(env, op), new() { CancellationToken = scope.Token }),
                () => ScriptValue.Undefined
            )
        );
    }

    private static Step SignalExternal(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var target = Workflow.GetExternalWorkflowHandle((string)env.Value(op["id"])!, env.Value(op.GetValueOrDefault("runId")) as string);
        return StartOrWait(
            env,
            op,
            Begin(
                env,
                scope => target.SignalAsync((string)op["signal"]!, Arguments(env, op), new() { CancellationToken = scope.Token }),
                () => ScriptValue.Undefined
            )
        );
    }

    private static Step CancelExternal(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var target = Workflow.GetExternalWorkflowHandle((string)env.Value(op["id"])!, env.Value(op.GetValueOrDefault("runId")) as string);
        return StartOrWait(env, op, Begin(env, _ => target.CancelAsync(), () => ScriptValue.Undefined));
    }

    private static Step Wait(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        bool Test() => ScriptValue.IsTrue(env.Value(op["until"]));
        var timeout = ScriptOptions.Time(env.Value(op.GetValueOrDefault("timeout")));
        var atOnce = Test();
        return StartOrWait(env, op, BeginWait());

        ScriptHandle BeginWait()
        {
            var scope = new ScriptScope(env.Scope);
            var wait = Workflow.WaitConditionWithOptionsAsync(
                new(atOnce ? () => true : Test, timeout, op.GetValueOrDefault("summary") as string, scope.Token)
            );
            return new(scope, Outcome());

            // A condition that is true already does not make the strand wait; its timer has used up a number all the same.
            async Step Outcome()
            {
                try
                {
                    return atOnce && !scope.Token.IsCancellationRequested ? true : await wait;
                }
                finally
                {
                    scope.Leave();
                }
            }
        }
    }

    private static async Step AwaitCancel(ScriptEnv env)
    {
        var source = new TaskCompletionSource();
        await using (env.Scope.Token.Register(() => source.TrySetCanceled(env.Scope.Token)))
        {
            await source.Task;
        }

        return null;
    }

    private static async Step Scope(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var handle = InScope(
            env,
            op.GetValueOrDefault("cancellable") as bool? ?? true,
            List(op, "do"),
            ScriptOptions.Time(op.GetValueOrDefault("timeout"))
        );
        if (op.GetValueOrDefault("as") is string name)
        {
            env.State.Handles[name] = handle;
        }

        try
        {
            Store(env, op, await handle.Outcome);
        }
        finally
        {
            if (op.ContainsKey("timeout"))
            {
                await Others();
            }
        }

        return null;
    }

    private static async Step Fork(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var handle = InScope(env, cancellable: true, List(op, "do"), timeout: null);
        if (op.GetValueOrDefault("as") is string name)
        {
            env.State.Handles[name] = handle;
        }

        return null;
    }

    private static async Step All(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var branches = List(op, "branches").ConvertAll(ops => Body(env, (List<object?>)ops!));
        var all = new Step();
        var left = branches.Count;
        if (left == 0)
        {
            all.End(new List<object?>(), error: null);
        }

        foreach (var branch in branches)
        {
            branch.WhenEnded(() =>
            {
                left--;
                if (all.Ended)
                {
                    return;
                }

                if (branch.Error is { } error)
                {
                    all.End(value: null, error);
                }
                else if (left == 0)
                {
                    all.End(branches.ConvertAll(b => b.Value), error: null);
                }
            });
        }

        Store(env, op, await all);
        return null;
    }

    private static async Step Race(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var cancelOthers = op.GetValueOrDefault("cancelOthers") is true;
        var branches = List(op, "branches").ConvertAll(ops => InScope(env, cancellable: true, (List<object?>)ops!, timeout: null));
        var first = new Step();
        for (var i = 0; i < branches.Count; i++)
        {
            var (index, branch) = (i, branches[i]);
            branch.Outcome.WhenEnded(() =>
            {
                if (first.Ended)
                {
                    return;
                }

                // Ended before the others are cancelled: what they end with decides nothing any more.
                var decided = branch.Outcome.Error;
                var value = new OrderedDictionary<string, object?> { ["index"] = (double)index, ["value"] = branch.Outcome.Value };
                (var end, first) = (first, Ended());
                if (cancelOthers)
                {
                    foreach (var other in branches.Where(b => b != branch))
                    {
                        other.Scope.Cancel();
                    }
                }

                end.End(decided is null ? value : null, decided);
            });
        }

        try
        {
            Store(env, op, await first);
        }
        finally
        {
            if (cancelOthers)
            {
                await Others();
            }
        }

        return null;
    }

    private static Step Ended()
    {
        var step = new Step();
        step.End(value: null, error: null);
        return step;
    }

    private static ScriptHandle InScope(ScriptEnv env, bool cancellable, List<object?> ops, TimeSpan? timeout)
    {
        var scope = new ScriptScope(env.Scope, cancellable);
        var timer = timeout is { } limit ? new CancellationTokenSource() : null;
        if (timer is not null)
        {
            _ = CancelAfterTimeout();
        }

        var body = Body(env with { Scope = scope }, ops);
        body.WhenEnded(() =>
        {
            timer?.Cancel();
            scope.Leave();
        });
        return new(scope, body);

        async Step CancelAfterTimeout()
        {
            await using var cancelled = scope.Token.Register(timer.Cancel);
            try
            {
                await Workflow.DelayAsync(timeout!.Value, timer.Token);
                scope.Cancel();
            }
            catch (OperationCanceledException)
            {
                // The operations ended first, or the scope was cancelled by another.
            }

            return null;
        }
    }

    private static ScriptHandle BeginCall(ScriptEnv env, Func<ScriptScope, Task<IRawValue>> start)
    {
        Task<IRawValue>? call = null;
        return Begin(env, scope => call = start(scope), () => Parsed(call!.Result));
    }

    private static ScriptHandle Begin(ScriptEnv env, Func<ScriptScope, Task> start, Func<object?> result)
    {
        var scope = new ScriptScope(env.Scope);
        var task = start(scope);
        return new(scope, Outcome());

        async Step Outcome()
        {
            try
            {
                await task;
                return result();
            }
            finally
            {
                scope.Leave();
            }
        }
    }

    private static async Step StartOrWait(ScriptEnv env, OrderedDictionary<string, object?> op, ScriptHandle handle)
    {
        if (op.GetValueOrDefault("as") is string name)
        {
            env.State.Handles[name] = handle;
            return null;
        }

        Store(env, op, await handle.Outcome);
        return null;
    }

    private static object? Parsed(IRawValue? raw) => raw is null ? ScriptValue.Undefined : ScriptValue.Parse(raw.Payload);

    private static List<RawValue> Arguments(ScriptEnv env, OrderedDictionary<string, object?> op) =>
        op.TryGetValue("args", out var args) ? ((List<object?>)env.Value(args)!).ConvertAll(ScriptValue.ToRaw) : [];

    private static ScriptHandle HandleOf(ScriptEnv env, OrderedDictionary<string, object?> op) =>
        env.State.Handles.TryGetValue((string)op["handle"]!, out var handle)
            ? handle
            : throw new InvalidOperationException($"no handle named {op["handle"]}");
}
