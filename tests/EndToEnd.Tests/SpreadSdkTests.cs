using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A run with tasks on two hosts that another service starts and steers, with the official SDK, and its messages to
/// users.</summary>
[Trait("Category", "Full")]
public class SpreadSdkTests
{
    /// <summary>Calls that are refused while the run executes, each with its error message.</summary>
    private static readonly (string Told, string[] Call)[] Refused =
    [
        ("Workflow execution already started", ["start", """{"repository": "/tmp", "planFile": "tasks.yaml"}"""]),
        ("known queries: [status unrecorded]", ["query", "nothing"]),
        ("'offset' must be a whole number", ["query", "status", "\"x\""]),
        ("'offset' is -1; it must be 0 to", ["query", "status", "-1", "10"]),
        ("known updates: [addTasks approve cancel", ["update", "nothing"]),
        ("night has no task 't9'. Its tasks are t1, t2, t3.", ["update", "pause", """{"task": "t9"}"""]),
        ("'tsak' is unknown; known are task, text, by.", ["update", "pause", """{"tsak": "t1"}"""]),
        ("""Example: {"task":"api",""", ["update", "resume", "\"t1\""]),
        ("The argument is missing. Members: task, text, by.", ["update", "retryTask"]),
        ("'text' must be a string; it is 5.", ["update", "retryTask", """{"task": "t1", "text": 5}"""]),
        ("night has no task 't9'.", ["update", "skipTask", """{"task": "t9"}"""]),
        ("'task' has 0 characters", ["update", "cancelTask", """{"task": ""}"""]),
        ("night has no task 't9'.", ["update", "approve", """{"id": "t9"}"""]),
        ("'command' must be an object; it is a list.", ["update", "reject", "[]"]),
        ("'tasks' is empty", ["update", "addTasks", """{"tasks": []}"""]),
        ("'workers' is 0; it must be 1 to 64.", ["update", "setConcurrency", "0"]),
        ("'workers' must be a whole number", ["update", "setConcurrency", "\"many\""]),
        ("night is executing; only a run that is awaiting-promotion can be promoted.", ["update", "promote"]),
        ("All merged work of night has already landed.", ["update", "landMerged"]),
        ("'q' is not the task queue of a repository", ["update", "move", """{"to": {"path": "/tmp", "key": "k", "queue": "q"}}"""]),
        ("The budget 'nonsense' is unknown", ["update", "raiseBudget", """{"kind": "nonsense", "usd": 3}"""]),
        ("Give the new limit", ["update", "raiseBudget", """{"kind": "run"}"""]),
        ("night is executing; only a run that is escalated", ["update", "resolveEscalation", """{"way": "abort"}"""]),
        ("it must be one of manual-fix, replan, abort", ["update", "resolveEscalation", """{"way": "sideways"}"""]),
    ];

    [SharingFact]
    public async Task Run_ThatTheSdkSteersWhileAHostDies_EndsAsAnUndisturbedOne()
    {
        await using var calm = await SpreadHosts.CreateAsync(tasks: 3, others: 2, plan: PlanOf);
        await using var rough = await SpreadHosts.CreateAsync(tasks: 3, others: 2, plan: PlanOf);

        var undisturbed = await PlayAsync(calm, isRough: false);
        var disturbed = await PlayAsync(rough, isRough: true);

        Assert.Equal(await calm.Home.GitAsync("rev-parse", "main^{tree}"), await rough.Home.GitAsync("rev-parse", "main^{tree}"));
        Assert.Equal((4, 4), (undisturbed, StartsOf(calm).Length));
        Assert.Equal(StartsOf(rough).Length, disturbed);
        // One is interrupted by the pause of the run and outlives its host, one is paused by itself as well.
        Assert.Equal(
            [("a", 1), ("1", 3), ("2", 3), ("3", 1)],
            StartsOf(rough).CountBy(task => task).Select(task => (task.Key, task.Value)).OrderBy(task => task.Key == "a" ? "" : task.Key)
        );
    }

    [SharingFact]
    public async Task Start_ThatTheSdkGetsWrong_FailsWithTheFieldAndTheCure()
    {
        await using var hosts = await SpreadHosts.CreateAsync(tasks: 1, others: 1);
        await using var worker = await hosts.Home.ServeAsync("worker", "--yes");
        var number = 0;

        foreach (
            var (told, input) in ((string, string)[])
                [
                    ("'planfile2' is unknown", """{"repository": "R", "planfile2": "tasks.yaml"}"""),
                    (
                        "The input must contain exactly one of 'plan', 'planFile', 'request' and 'requestFile', but contains 0.",
                        """{"repository": "R"}"""
                    ),
                    ("'requestFile' is needed; 2 are given.", """{"repository": "R", "planFile": "tasks.yaml", "request": "More"}"""),
                    ("The plan file can't be read", """{"repository": "R", "planFile": "none.yaml"}"""),
                    ("'workers' is 0; it must be 1 to 64.", """{"repository": "R", "planFile": "tasks.yaml", "workers": 0}"""),
                    (
                        "[tasks[0].host] 'g p u' is not a valid host label.",
                        """{"repository": "R", "plan": {"tasks": [{"id": "a", "description": "A", "host": "g p u"}]}}"""
                    ),
                ]
        )
        {
            var sdk = new SdkClient(hosts.NetworkOf(hosts.Home).Address, $"wrong-{++number}");
            await sdk.StartAsync(input.Replace("\"R\"", $"\"{hosts.Home.Folder}\"", StringComparison.Ordinal));

            var refused = await sdk.RefusedAsync("result");
            Assert.Contains(told, refused, StringComparison.Ordinal);
            Assert.Equal("failed", (string?)(await sdk.StatusAsync())["state"]);
        }
    }

    private static string PlanOf(int n) => n == 3 ? ", requires_approval: true" : "";

    private static string[] StartsOf(SpreadHosts hosts) => File.ReadAllLines(hosts.Home.Beside("starts"));

    private static async Task<int> PlayAsync(SpreadHosts hosts, bool isRough)
    {
        var home = hosts.Home;
        home.Play(((string[])["t1", "t2", "t3", "extra"]).ToDictionary(task => task, task => StepsOf(home, task[^1..])));
        await using var worker = await home.ServeAsync("worker", "--yes");
        await using var first = await hosts.Others[0].ServeAsync("worker", "--yes", "--slots", "1");
        await using var second = await hosts.Others[1].ServeAsync("worker", "--yes", "--slots", "1");
        var sdk = new SdkClient(hosts.NetworkOf(home).Address, "night");
        await sdk.StartPlanAsync(home.Folder);
        var working = await sdk.UntilAsync(_ => File.Exists(Working("1")) && File.Exists(Working("2")));
        Assert.Equal(["executing", "executing", "awaiting-approval"], States(working));
        if (isRough)
        {
            await RefuseAsync(sdk);
            Assert.True((bool)(await sdk.UpdateAsync("pause"))["changed"]!);
            await sdk.UntilAsync(status => (bool)status["paused"]! && hosts.Others.All(host => !host.IsAgentAtWork()));
            Assert.True((bool)(await sdk.UpdateAsync("resume"))["changed"]!);
            Assert.False((bool)(await sdk.UpdateAsync("resume"))["changed"]!);
            await Eventually.TrueAsync(() => StartsOf(hosts).Length == 4);
            // The other task has this one's place from now on.
            await sdk.UpdateAsync("pause", """{"task": "t2"}""");
            await sdk.UntilAsync(status => Host(status, 1) is null);
            var lost = (await File.ReadAllTextAsync(Working("1"))).Trim();
            await (lost == hosts.Others[0].Home ? first : second).SignalAsync("KILL");
            await Eventually.TrueAsync(() => StartsOf(hosts).Length == 5, TimeSpan.FromSeconds(60));
            Assert.NotEqual(lost, (await File.ReadAllTextAsync(Working("1"))).Trim());
            await sdk.SignalAsync("resume", """{"task": "t2"}""");
        }
        await sdk.UpdateAsync("addTasks", """{"tasks": [{"id": "extra", "text": "One more file"}], "by": "kim"}""");
        Assert.Equal("t3 is approved.", (string?)(await sdk.UpdateAsync("approve", """{"id": "t3", "by": "kim"}"""))["message"]);
        await File.WriteAllTextAsync(home.Beside("go"), "");
        var result = await sdk.ResultAsync();

        Assert.Equal("completed", (string?)result["state"]);
        Assert.Equal((await home.GitAsync("rev-parse", "main")).Trim(), (string?)result["landedCommit"]);
        Assert.All(States(await sdk.StatusAsync()), state => Assert.Equal("merged", state));
        return (int)result["agentStarts"]!;

        string Working(string task) => home.Beside($"working-{task}");
    }

    /// <summary>Refused calls change nothing and report an error to the caller.</summary>
    private static async Task RefuseAsync(SdkClient sdk)
    {
        var before = await sdk.StatusAsync();
        foreach (var (told, call) in Refused)
        {
            Assert.Contains(told, await sdk.RefusedAsync(call), StringComparison.Ordinal);
        }
        // A signal has no answer: the run itself tells.
        await sdk.SignalAsync("pause", """{"task": "t9"}""");
        var after = await sdk.UntilAsync(status => status["droppedMessages"]!.AsArray().Count > 0);
        Assert.Contains("night has no task 't9'.", (string?)after["droppedMessages"]![0], StringComparison.Ordinal);
        Assert.Equal(before["tasks"]!.ToJsonString(), after["tasks"]!.ToJsonString());
        Assert.Equal(before["paused"]!.ToJsonString(), after["paused"]!.ToJsonString());
        var again = await sdk.UpdateAsync("addTasks", """{"tasks": [{"id": "t1", "text": "Something else"}]}""");
        Assert.Equal(("night already has t1; a new task needs its own id.", false), ((string?)again["message"], (bool)again["changed"]!));
    }

    private static string[] States(JsonNode status) => [.. status["tasks"]!.AsArray().Select(task => (string?)task!["state"] ?? "")];

    private static string? Host(JsonNode status, int task) => (string?)status["tasks"]![task]!["host"];

    private static JsonNode[] StepsOf(MachinePlace home, string task) =>
        [
            new JsonObject { ["write"] = $"half{task}.txt", ["text"] = $"first half of {task}\n" },
            new JsonObject
            {
                ["run"] = new JsonArray(
                    "/bin/sh",
                    "-c",
                    $"echo {task} >>'{home.Beside("starts")}'; echo \"$HOME\" >'{home.Beside("working-" + task)}'"
                ),
            },
            .. task is "1" or "2" ? (JsonNode[])[new JsonObject { ["waitFor"] = home.Beside("go"), ["seconds"] = 300 }] : [],
            new JsonObject { ["write"] = $"t{task}.txt", ["text"] = $"whole {task}\n" },
        ];
}
