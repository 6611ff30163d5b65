using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.FakeAgent.Habits;

namespace Orchestrator.FakeAgent;

/// <summary>
/// Simulates an agent of <c>scripts/nightbench</c>: does its task in the manner of its kind, and records its own start and end in the
/// bench's folder. Each agent misbehaves once at most; its later starts do good work.
/// </summary>
/// <param name="folder">Folder of the records.</param>
/// <param name="task">Id of the task.</param>
internal sealed partial class NightAgent(string folder, string task)
{
    /// <summary>Variable that names the folder of the records.</summary>
    internal const string Variable = "NIGHTBENCH";

    private const string Registry = "registry.txt";
    private readonly JsonObject _night = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "night.json")))!;
    private readonly string _id = Environment.GetEnvironmentVariable("NIGHTBENCH_START")!;

    private JsonObject Task => (JsonObject)_night["tasks"]![task]!;

    private string Kind => (string)Task["kind"]!;

    private double Cost => (double)Task["cost"]!;

    private string Mischief => Path.Combine(folder, "mischief", task);

    /// <summary>Plays one start.</summary>
    /// <param name="prompt">The prompt, which names the task as <c>[task ID]</c> where the environment names none.</param>
    /// <param name="say">Prints a text of the agent.</param>
    /// <returns>Members that replace those of the result line.</returns>
    internal static JsonObject Play(string folder, string prompt, Action<string> say)
    {
        var task = AgentScript.Task is { Length: > 0 } named ? named : TaskMarker().Match(prompt).Groups[1].Value;
        // Other tools than ours name the task in the prompt alone, and agents commit in the worktree of a task.
        Environment.SetEnvironmentVariable("ORCHESTRATOR_TASK", task);
        return new NightAgent(folder, task).Play(say);
    }

    private JsonObject Play(Action<string> say)
    {
        Note("start", new JsonObject { ["registry"] = RegistryBefore(), ["cwd"] = Directory.GetCurrentDirectory() });
        try
        {
            return Work(say);
        }
        catch (IOException full)
        {
            return End(
                "disk",
                cost: 0,
                new JsonObject
                {
                    ["is_error"] = true,
                    ["subtype"] = "error_during_execution",
                    ["result"] = full.Message,
                }
            );
        }
        catch (Exception fault)
        {
            // The figures of a night whose agents are broken are worthless, so the harness refuses them.
            File.WriteAllText(Path.Combine(folder, "faults", _id), $"{task}: {fault}");
            throw;
        }
    }

    private JsonObject Work(Action<string> say)
    {
        var half = TimeSpan.FromSeconds((double)Task["seconds"]! / 2);
        for (var part = 0; part < 2; part++)
        {
            if (LimitEnd() is { } until)
            {
                return End("refused", cost: 0, Refusal(until));
            }
            Wait(half, say);
            if (part == 0 && Misbehave() is { } misbehaved)
            {
                return misbehaved;
            }
        }
        DoWork(good: true);
        Commit();
        return End("good", Cost, []);
    }

    private static void Wait(TimeSpan time, Action<string> say)
    {
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < time; Thread.Sleep(100))
        {
            if (Stopwatch.GetElapsedTime(begin).TotalSeconds % 1 < 0.1)
            {
                say("working");
            }
        }
    }

    /// <summary>Misbehaves in the manner of the agent's kind, in its first start only.</summary>
    /// <returns>The result of a start that ends with the misbehavior, or null if the start continues.</returns>
    private JsonObject? Misbehave()
    {
        if (Kind == "honest" || File.Exists(Mischief))
        {
            return null;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Mischief)!);
        File.WriteAllText(Mischief, AgentGit.Read("rev-parse", "HEAD").Trim());
        switch (Kind)
        {
            case "lazy":
                return End("nothing", Cost, []);
            case "flaky":
                DoWork(good: false);
                return End("crashed", cost: 0, Overloaded());
            case "hanging":
                Note("hang", []);
                Thread.Sleep(Timeout.Infinite);
                return null;
            default:
                return Spoil((string)Task["deed"]!) ? End("spoiled", Cost, []) : null;
        }
    }

    /// <summary>Does the deed of a hostile agent.</summary>
    /// <returns>True if the work cannot be accepted after it.</returns>
    private bool Spoil(string deed)
    {
        switch (deed)
        {
            case "weakens-gate":
                DoWork(good: false);
                File.WriteAllText("gate", "#!/bin/sh\nexit 0\n");
                Commit();
                return true;
            case "empties-tree":
                foreach (var file in AgentGit.Read("ls-files").Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    File.Delete(file);
                }
                DoWork(good: true);
                Commit();
                return true;
            case "moves-main":
                DoWork(good: false);
                Commit();
                AgentGit.Try("update-ref", "refs/heads/main", "HEAD");
                return false;
            default:
                SendOut();
                return false;
        }
    }

    private void SendOut()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", (int)_night["sink"]!);
            client.GetStream().Write(Encoding.ASCII.GetBytes(new string('x', 1000)));
        }
        catch (Exception confined) when (confined is SocketException or IOException)
        {
            // Confined, as it should be.
        }
    }

    private void DoWork(bool good)
    {
        if (good && File.Exists(Mischief) && Kind == "hostile")
        {
            TakeBack(File.ReadAllText(Mischief));
        }
        foreach (var (file, text) in (JsonObject)Task["files"]!)
        {
            Write(file, good ? (string)text! : "broken(\n");
        }
        if (!good)
        {
            return;
        }
        var claim = $"claims/{task}.txt";
        Write(claim, FreeClaim(claim) + "\n");
        if ((bool)Task["registers"]!)
        {
            // Conflict markers stand where a merge was left to the agent.
            var lines = File.ReadAllLines(Registry).Where(line => line.Length > 0 && !"<=>|".Contains(line[0])).Append(task);
            Write(Registry, string.Join('\n', lines.Distinct()) + "\n");
        }
    }

    // Removes what the agent changed outside of its own files.
    private static void TakeBack(string before)
    {
        AgentGit.Try("checkout", "--quiet", before, "--", "gate");
        var gone = AgentGit.Read("diff", "--name-only", "--diff-filter=D", before).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (gone.Length > 0)
        {
            AgentGit.Try(["checkout", "--quiet", before, "--", .. gone]);
        }
    }

    private string FreeClaim(string own)
    {
        Directory.CreateDirectory("claims");
        var taken = Directory.EnumerateFiles("claims").Where(file => file != own).Select(file => File.ReadAllText(file).Trim()).ToHashSet();
        return Task["claims"]!.AsArray().Select(claim => claim!.ToString()).First(claim => !taken.Contains(claim));
    }

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, text);
    }

    private void Commit() => new Committer(Committer.Choose((int)_night["seed"]!, task)).AtEnd();

    private static string RegistryBefore() => File.Exists(Registry) ? File.ReadAllText(Registry) : "";

    private DateTimeOffset? LimitEnd()
    {
        var file = Path.Combine(folder, "limit");
        return
            File.Exists(file)
            && DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture)) is var until
            && until > DateTimeOffset.UtcNow
            ? until
            : null;
    }

    private static JsonObject Refusal(DateTimeOffset until)
    {
        // The service names whole seconds.
        var reset = until.ToUnixTimeSeconds() + 1;
        Console.Out.WriteLine(
            $$$"""{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":{{{reset}}},"rateLimitType":"five_hour"}}"""
        );
        return new()
        {
            ["is_error"] = true,
            ["result"] = "You've hit your limit",
            ["api_error_status"] = 429,
            ["api_error"] = "usage_limit_reached",
        };
    }

    private static JsonObject Overloaded()
    {
        Console.Out.WriteLine(
            """{"type":"assistant","error":"overloaded","api_error_status":529,"message":"""
                + """{"id":"e","content":[{"type":"text","text":"refused"}]}}"""
        );
        return new()
        {
            ["is_error"] = true,
            ["result"] = "overloaded",
            ["api_error_status"] = 529,
        };
    }

    private JsonObject End(string outcome, double cost, JsonObject result)
    {
        result["total_cost_usd"] = cost;
        result["modelUsage"] = new JsonObject
        {
            ["fake-model"] = new JsonObject
            {
                ["inputTokens"] = 100,
                ["outputTokens"] = 10,
                ["costUSD"] = cost,
                ["contextWindow"] = 200000,
            },
        };
        Note("end", new JsonObject { ["outcome"] = outcome, ["cost"] = cost });
        return result;
    }

    // A record is there as a whole or not at all, whenever its agent is killed.
    private void Note(string what, JsonObject record)
    {
        record["id"] = _id;
        record["task"] = task;
        record["at"] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var file = Path.Combine(folder, "starts", $"{_id}.{what}");
        File.WriteAllText(file + ".new", record.ToJsonString());
        File.Move(file + ".new", file + ".json");
    }

    [GeneratedRegex(@"\[task ([\w-]+)\]")]
    private static partial Regex TaskMarker();
}
