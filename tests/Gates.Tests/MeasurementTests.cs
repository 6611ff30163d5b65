using Orchestrator.Gates.Running;
using Orchestrator.Gates.Turns;
using Orchestrator.Plans;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public sealed class MeasurementTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly GateRunner _gates;

    public MeasurementTests() => _gates = new GateRunner(GateScheduler.Of(new Dictionary<string, string> { ["HOME"] = _folder.Path }));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.5", "1.5")]
    [InlineData("mean: 1.42 s, 40 runs: 1.40 s", "1.40")]
    [InlineData("mean 12ms", "12")]
    [InlineData("p95", null)]
    [InlineData("p95: -3.5e2ms.", "-350")]
    [InlineData("between 1-5", "5")]
    [InlineData("85% of lines.", "85")]
    [InlineData("is 5.", "5")]
    [InlineData(".5", "0.5")]
    [InlineData("total 1,234,567.5 bytes", "1234567.5")]
    [InlineData("1,5", null)]
    [InlineData("version 1.2.3", null)]
    [InlineData("\u001b[32m2.5\u001b[0m", "2.5")]
    [InlineData("none", null)]
    [InlineData("1e99", null)]
    [InlineData("7\n\n   \n", "7")]
    [InlineData("7\ndone", null)]
    [InlineData("", null)]
    public void PrintedNumber_Output_IsTheLastOfItsLastLine(string output, string? expected)
    {
        var number = new MeasurementParser();
        foreach (var line in output.Split('\n'))
        {
            number.ProcessLine(line, isPart: false);
        }

        Assert.Equal(expected is null ? null : MeasurementExpectation.NumberOf(expected), number.Value);
    }

    [Fact]
    public void PrintedNumber_LineInPieces_IsReadAsOne()
    {
        var number = new MeasurementParser();
        number.ProcessLine(new string('x', 4000) + " 12", isPart: true);
        number.ProcessLine("34", isPart: false);

        Assert.Equal(1234, number.Value);
    }

    [Theory]
    [InlineData("echo 99; echo 2.0; echo 1 >&2", GateResult.Passed, "2.0", "expected >= 1.5, 10% tolerance; measured 2.0")]
    [InlineData("echo 1.35", GateResult.Passed, "1.35", "measured 1.35")]
    [InlineData("echo 1.34", GateResult.Failed, "1.34", "Missed: expected >= 1.5, 10% tolerance; measured 1.34.")]
    [InlineData("echo fast", GateResult.Failed, null, "It printed no number on the last line of its output (fast): expected >= 1.5")]
    [InlineData("echo 9 >&2", GateResult.Failed, null, "It printed no number on the last line of its output")]
    [InlineData("true", GateResult.Failed, null, "It printed no number on the last line of its output: expected >= 1.5")]
    [InlineData("echo 9; echo no disk >&2; exit 3", GateResult.Failed, null, "The measurement 'speed' ended with exit code 3")]
    [InlineData("echo 9; sleep 60", GateResult.TimedOut, null, "The measurement was stopped, because it took longer than 2 s.")]
    public async Task Measurement_Command_HoldsOnlyWhereItSucceedsWithSuchANumber(
        string command,
        GateResult result,
        string? measured,
        string words
    )
    {
        var gate = new Gate(command, Timeout: command.Contains("sleep", StringComparison.Ordinal) ? TimeSpan.FromSeconds(2) : null)
        {
            Description = "speed",
            Expect = ">= 1.5",
            Tolerance = 0.1m,
        };

        var verdict = await _gates.RunAsync(gate, new GateRunContext { Directory = _folder.Path }, _folder["evidence/gate.log"]);

        Assert.Equal((result, 1), (verdict.Result, verdict.Runs));
        Assert.Equal(measured is null ? null : MeasurementExpectation.NumberOf(measured), verdict.Measured);
        Assert.Contains(
            words,
            result == GateResult.Passed ? GateVerdictFormatter.Comparison(verdict) : GateVerdictFormatter.FormatFailure(verdict),
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"[{GateVerdictFormatter.Comparison(verdict)}]",
            await File.ReadAllTextAsync(verdict.EvidenceFile!),
            StringComparison.Ordinal
        );
    }
}
