using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.TestKit;

namespace Orchestrator.NightBench.Tests;

/// <summary>The scripted agent of a night, started as a program.</summary>
public sealed class NightAgentTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Agent_BlockedAccount_ReportsTheLimitAndNoCost()
    {
        var until = DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds();
        var (lines, record) = Play("honest", $"{until}");

        Assert.Contains(lines, line => (string?)line["rate_limit_info"]?["status"] == "rejected");
        Assert.Equal((429, true), ((int)lines[^1]["api_error_status"]!, (bool)lines[^1]["is_error"]!));
        Assert.Equal(("refused", 0m), record);
    }

    [Fact]
    public void Agent_ServiceThatFails_ReportsTheOverload()
    {
        var (lines, record) = Play("flaky");

        Assert.Equal((529, true), ((int)lines[^1]["api_error_status"]!, (bool)lines[^1]["is_error"]!));
        Assert.Equal(("crashed", 0m), record);
    }

    [Fact]
    public void Agent_LazyStart_ReportsSuccessAndItsCost()
    {
        var (lines, record) = Play("lazy");

        Assert.False((bool)lines[^1]["is_error"]!);
        Assert.Equal(0.05m, (decimal)lines[^1]["total_cost_usd"]!);
        Assert.Equal(("nothing", 0.05m), record);
    }

    private (IReadOnlyList<JsonObject> Lines, (string Outcome, decimal Cost) Record) Play(string kind, string? limit = null)
    {
        foreach (var name in (string[])["starts", "faults", "mischief", "work"])
        {
            Directory.CreateDirectory(_folder[name]);
        }
        if (limit is not null)
        {
            File.WriteAllText(_folder["limit"], limit);
        }
        File.WriteAllText(
            _folder["night.json"],
            new JsonObject
            {
                ["seed"] = 1,
                ["sink"] = 9,
                ["tasks"] = new JsonObject
                {
                    ["t01"] = new JsonObject
                    {
                        ["kind"] = kind,
                        ["deed"] = null,
                        ["seconds"] = 0.2,
                        ["cost"] = 0.05,
                        ["registers"] = false,
                        ["claims"] = new JsonArray(1),
                        ["files"] = new JsonObject { ["src/t01.py"] = "t01 = 1\n" },
                    },
                },
            }.ToJsonString()
        );
        var start = new ProcessStartInfo(
            RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent"),
            ["-p", "--output-format", "stream-json", "--session-id", Guid.NewGuid().ToString()]
        )
        {
            WorkingDirectory = _folder["work"],
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment.Remove("ORCHESTRATOR_TASK");
        start.Environment["CLAUDE_CONFIG_DIR"] = _folder["home"];
        start.Environment["NIGHTBENCH"] = _folder.Path;
        start.Environment["NIGHTBENCH_START"] = "only";
        using var agent = Process.Start(start)!;
        agent.StandardInput.Write("[task t01] Write src/t01.py");
        agent.StandardInput.Close();
        var output = agent.StandardOutput.ReadToEnd();
        agent.WaitForExit();

        Assert.Empty(Directory.EnumerateFiles(_folder["faults"]));
        using var record = JsonDocument.Parse(File.ReadAllText(_folder["starts/only.end.json"]));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonObject)JsonNode.Parse(line)!).ToList();
        return (lines, (record.RootElement.GetProperty("outcome").GetString()!, record.RootElement.GetProperty("cost").GetDecimal()));
    }
}
