using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>The operations of the script language.</summary>
internal static partial class ScriptOps
{
    /// <summary>Runs operations as the body of a strand: what <c>return</c> gives is its value.</summary>
    public static async Step Body(ScriptEnv env, List<object?> ops) =>
        await Block(env, ops) is Returned returned ? returned.Value : ScriptValue.Undefined;

    public static List<object?> List(OrderedDictionary<string, object?> owner, string member) =>
        owner.GetValueOrDefault(member) as List<object?> ?? [];

    public static OrderedDictionary<string, object?> Object(OrderedDictionary<string, object?> owner, string member) =>
        owner.GetValueOrDefault(member) as OrderedDictionary<string, object?> ?? [];

    // Gives Returned when a return ends the strand, else null.
    private static async Step Block(ScriptEnv env, List<object?> ops)
    {
        foreach (var op in ops)
        {
            if (await Run(env, (OrderedDictionary<string, object?>)op!) is Returned returned)
            {
                return returned;
            }
        }

        return null;
    }

    private static Step Run(ScriptEnv env, OrderedDictionary<string, object?> op) =>
        (string)op["op"]! switch
        {
            "timer" => Timer(env, op),
            "activity" => Activity(env, op),
            "localActivity" => LocalActivity(env, op),
            "child" => Child(env, op),
            "started" => Started(env, op),
            "await" => Await(env, op),
            "cancel" => Cancel(env, op),
            "signalChild" => SignalChild(env, op),
            "signalExternal" => SignalExternal(env, op),
            "cancelExternal" => CancelExternal(env, op),
            "wait" => Wait(env, op),
            "awaitCancel" => AwaitCancel(env),
            "if" => Block(env, List(op, ScriptValue.IsTrue(env.Value(op["cond"])) ? "then" : "else")),
            "while" => While(env, op),
            "repeat" => Repeat(env, op),
            "variant" => Block(env, List(op, env.State.Variant)),
            "try" => Try(env, op),
            "scope" => Scope(env, op),
            "fork" => Fork(env, op),
            "all" => All(env, op),
            "race" => Race(env, op),
            _ => AtOnce(env, op),
        };

    // Operations that never wait.
    private static async Step AtOnce(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var vars = env.State.Vars;
        switch ((string)op["op"]!)
        {
            case "set":
                vars[(string)op["var"]!] = env.Value(op.GetValueOrDefault("value", ScriptValue.Undefined));
                break;
            case "append":
                if (vars.GetValueOrDefault((string)op["var"]!) is not List<object?> list)
                {
                    vars[(string)op["var"]!] = list = [];
                }

                list.Add(env.Value(op.GetValueOrDefault("value", ScriptValue.Undefined)));
                break;
            case "inc":
                vars[(string)op["var"]!] =
                    (vars.GetValueOrDefault((string)op["var"]!) as double? ?? 0) + (op.GetValueOrDefault("by") as double? ?? 1);
                break;
            case "return":
                return new Returned(env.Value(op.GetValueOrDefault("value", ScriptValue.Undefined)));
            case "fail":
                throw ScriptFailures.Make(op, env.Value);
            case "throw":
                throw new Error((string)op["message"]!);
            case "rethrow":
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(env.Error!);
                break;
            case "patched":
                Store(env, op, Workflow.Patched((string)op["id"]!));
                break;
            case "deprecatePatch":
                Workflow.DeprecatePatch((string)op["id"]!);
                break;
            case "upsertSearchAttributes":
                Workflow.UpsertTypedSearchAttributes([
                    .. ScriptOptions.AttributeUpdates((OrderedDictionary<string, object?>)env.Value(op["attributes"])!),
                ]);
                break;
            case "upsertMemo":
                Workflow.UpsertMemo([
                    .. ((OrderedDictionary<string, object?>)env.Value(op["memo"])!).Select(m =>
                        m.Value is null ? MemoUpdate.ValueUnset(m.Key) : MemoUpdate.ValueSet(m.Key, ScriptValue.ToRaw(m.Value))
                    ),
                ]);
                break;
            case "details":
                Workflow.CurrentDetails = (string)env.Value(op["text"])!;
                break;
            case "handlers":
                ScriptHandlers.Register(env, op);
                await Others();
                break;
            case "continueAsNew":
                throw ContinueAsNew(env, op);
            default:
                throw new InvalidOperationException($"unknown op {op["op"]}");
        }

        return null;
    }

    private static ContinueAsNewException ContinueAsNew(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var input = env.State.Input;
        var next = new OrderedDictionary<string, object?>
        {
            ["scripts"] = input["scripts"],
            ["start"] = op.GetValueOrDefault("script") ?? input["start"],
            ["args"] = op.TryGetValue("args", out var args) ? env.Value(args) : input.GetValueOrDefault("args", ScriptValue.Undefined),
        };
        return Workflow.CreateContinueAsNewException(
            "script",
            [ScriptValue.ToRaw(next)],
            new()
            {
                RunTimeout = ScriptOptions.Time(op.GetValueOrDefault("runTimeout")),
                TaskTimeout = ScriptOptions.Time(op.GetValueOrDefault("taskTimeout")),
                Memo = ScriptOptions.Memo(env.Value(op.GetValueOrDefault("memo"))),
                TypedSearchAttributes = ScriptOptions.Attributes(env.Value(op.GetValueOrDefault("searchAttributes"))),
                TaskQueue = op.GetValueOrDefault("taskQueue") as string,
            }
        );
    }

    private static async Step While(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        while (ScriptValue.IsTrue(env.Value(op["cond"])))
        {
            if (await Block(env, List(op, "do")) is Returned returned)
            {
                return returned;
            }
        }

        return null;
    }

    private static async Step Repeat(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var times = (double)env.Value(op["times"])!;
        for (var i = 0; i < times; i++)
        {
            if (op.GetValueOrDefault("as") is string name)
            {
                env.State.Vars[name] = (double)i;
            }

            if (await Block(env, List(op, "do")) is Returned returned)
            {
                return returned;
            }
        }

        return null;
    }

    private static async Step Try(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        object? result;
        Exception? thrown = null;
        try
        {
            try
            {
                result = await Block(env, List(op, "do"));
            }
            catch (Exception e) when (e is not ContinueAsNewException && op.ContainsKey("catch"))
            {
                thrown = e;
                result = null;
            }

            if (thrown is not null)
            {
                if (op.GetValueOrDefault("error") is string name)
                {
                    env.State.Vars[name] = ScriptFailures.Describe(thrown);
                }

                result = await Block(env with { Error = thrown }, List(op, "catch"));
            }
        }
        finally
        {
            if (op.ContainsKey("finally"))
            {
                await Block(env, List(op, "finally"));
            }
        }

        return result;
    }

    private static void Store(ScriptEnv env, OrderedDictionary<string, object?> op, object? value)
    {
        if (op.GetValueOrDefault("to") is string name)
        {
            env.State.Vars[name] = value;
        }
    }

    // Lets everything run that can run now, also what that wakes.
    private static async Step Others()
    {
        for (var i = 0; i < 5; i++)
        {
            await Task.Yield();
        }

        return null;
    }

    private sealed record Returned(object? Value);
}
