using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Conformance.Comparison;
using Orchestrator.Conformance.Wire;

namespace Orchestrator.Conformance.Scenarios;

/// <summary>Runs one scenario: executes its steps in order and returns a normalized answer for each step that has one.</summary>
internal sealed class ScenarioRun(Scenario scenario, RpcCaller rpc, Variables variables, IReadOnlyList<string> ignored)
{
    private const int DefaultTimeoutMs = 20_000;
    private const int MostAttempts = 30;

    private readonly Dictionary<string, BackgroundCall> _background = [];

    /// <summary>Called with number (from 1), step and answer of each answered step.</summary>
    public delegate void AnswerHandler(int number, JsonObject step, JsonObject answer);

    /// <summary>Runs all steps.</summary>
    /// <exception cref="ScriptException">The script could not continue; the message names the step.</exception>
    public async Task ExecuteAsync(AnswerHandler onAnswer, CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 0; i < scenario.Steps.Count; i++)
            {
                var step = scenario.Steps[i];
                try
                {
                    await StepAsync(i + 1, step, onAnswer, cancellationToken);
                }
                catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    throw new ScriptException($"step {i + 1} ({step["call"] ?? step["join"] ?? "sleep"}): {e.Message}");
                }
            }
        }
        finally
        {
            foreach (var call in _background.Values)
            {
                await call.CancelAsync();
            }
        }
    }

    private async Task StepAsync(int number, JsonObject step, AnswerHandler onAnswer, CancellationToken cancellationToken)
    {
        if (step["sleepMs"] is { } sleep)
        {
            await Task.Delay((int)sleep, cancellationToken);
        }
        else if (step["join"] is { } join)
        {
            var call = _background.Remove((string)join!, out var found)
                ? found
                : throw new ScriptException($"nothing in the background is called '{join}'");
            using (call)
            {
                Finish(number, Merged(call.Step, step), await call.Answer, onAnswer);
            }
        }
        else if (step["background"] is { } background)
        {
            _background.Add((string)background!, BackgroundCall.Start(step, token => BeginAsync(step, token), cancellationToken));

            // Give the call time to reach the server before the next step.
            await Task.Delay((int?)step["settleMs"] ?? 250, cancellationToken);
        }
        else
        {
            JsonObject? answer = null;
            for (var times = (int?)step["times"] ?? 1; times > 0; times--)
            {
                answer = step["until"] is JsonObject until
                    ? await CallUntilAsync(step, until, cancellationToken)
                    : await CallAsync(step, cancellationToken);
            }

            Finish(number, step, answer!, onAnswer);
        }
    }

    private void Finish(int number, JsonObject step, JsonObject answer, AnswerHandler onAnswer)
    {
        foreach (var (name, path) in step["save"]?.AsObject() ?? [])
        {
            var value =
                Variables.At(answer["response"], (string)path!)
                ?? throw new ScriptException(
                    $"cannot save {name}: {path} is absent in {answer["status"]} {answer["message"] ?? answer["response"]?.ToJsonString()}"
                );
            variables.Save(name, value);
        }

        var normalizer = new Normalizer(variables, [.. ignored, .. Strings(step, "ignore")]);
        onAnswer(number, step, normalizer.Apply(answer, Strings(step, "unordered")));
    }

    private Task<JsonObject> BeginAsync(JsonObject step, CancellationToken cancellationToken)
    {
        var headers = step["headers"]?.AsObject().Select(header => KeyValuePair.Create(header.Key, (string)header.Value!)) ?? [];
        return rpc.CallAsync(
            (string?)step["service"] ?? "workflow",
            (string)step["call"]!,
            variables.Fill(step["request"]),
            Timeout(step),
            headers,
            cancellationToken
        );
    }

    private async Task<JsonObject> CallAsync(JsonObject step, CancellationToken cancellationToken)
    {
        var end = DateTime.UtcNow + Timeout(step);
        var isPoll = (string)step["call"]! is "PollWorkflowTaskQueue" or "PollActivityTaskQueue";
        for (var attempt = 1; ; attempt++)
        {
            var answer = await BeginAsync(step, cancellationToken);

            // Now and then a real server answers a poll empty before its time is up; like any worker, poll again.
            if (
                isPoll
                && step["save"] is not null
                && (string)answer["status"]! == "OK"
                && answer["response"]!["taskToken"] is null
                && DateTime.UtcNow < end
            )
            {
                attempt--;
                continue;
            }

            // A rate limit of the server is not a difference in behavior, so wait and retry.
            if (attempt == MostAttempts || !IsThrottled(answer))
            {
                return answer;
            }

            await Task.Delay(300, cancellationToken);
        }
    }

    private async Task<JsonObject> CallUntilAsync(JsonObject step, JsonObject until, CancellationToken cancellationToken)
    {
        var path = (string?)until["path"];
        var want = until["equals"] is { } equals ? variables.Substitute(equals) : null;
        var end = DateTime.UtcNow.AddMilliseconds((double?)until["withinMs"] ?? 10_000);
        while (true)
        {
            var answer = await CallAsync(step, cancellationToken);
            var value = path is null ? null : Variables.At(answer["response"], path);
            var reached =
                (string)answer["status"]! == ((string?)until["status"] ?? "OK")
                && (path is null || (want is not null ? JsonNode.DeepEquals(value, want) : (bool?)until["exists"] == (value is not null)));
            if (reached)
            {
                return answer;
            }

            if (DateTime.UtcNow > end)
            {
                throw new ScriptException(
                    $"until {until.ToJsonString()} not reached; last answer {answer["status"]} {answer["message"]} value "
                        + $"{value?.ToJsonString()}"
                );
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    private static bool IsThrottled(JsonObject answer) =>
        (string)answer["status"]! == "RESOURCE_EXHAUSTED"
        && answer["details"] is JsonArray details
        && details.Any(detail => (string?)detail!["cause"] == "RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT");

    private static TimeSpan Timeout(JsonObject step) => TimeSpan.FromMilliseconds((double?)step["timeoutMs"] ?? DefaultTimeoutMs);

    private static IEnumerable<string> Strings(JsonObject step, string name) =>
        step[name] is JsonArray array ? array.Select(item => (string)item!) : [];

    private static JsonObject Merged(JsonObject call, JsonObject join)
    {
        var merged = call.DeepClone().AsObject();
        merged.Remove("save");
        foreach (var (key, value) in join)
        {
            merged[key] = value?.DeepClone();
        }

        return merged;
    }

    private sealed class BackgroundCall : IDisposable
    {
        private readonly CancellationTokenSource _source;

        private BackgroundCall(JsonObject step, CancellationTokenSource source, Task<JsonObject> answer) =>
            (Step, _source, Answer) = (step, source, answer);

        public JsonObject Step { get; }

        public Task<JsonObject> Answer { get; }

        public static BackgroundCall Start(
            JsonObject step,
            Func<CancellationToken, Task<JsonObject>> call,
            CancellationToken cancellationToken
        )
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            return new BackgroundCall(step, source, call(source.Token));
        }

        public async Task CancelAsync()
        {
            await _source.CancelAsync();
            await Answer.ContinueWith(
                _ => { },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
            _source.Dispose();
        }

        public void Dispose() => _source.Dispose();
    }
}
