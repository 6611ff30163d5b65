using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class MeasurementExpectationTests
{
    [Theory]
    [InlineData(">= 1.5", ">= 1.5")]
    [InlineData("  <=0.25 ", "<= 0.25")]
    [InlineData("> -3", "> -3")]
    [InlineData("<1e3", "< 1000")]
    [InlineData("== 0", "== 0")]
    [InlineData("1.5", null)]
    [InlineData("= 1.5", null)]
    [InlineData("=> 1.5", null)]
    [InlineData(">= 1,5", null)]
    [InlineData(">= 1.5 s", null)]
    [InlineData(">=", null)]
    [InlineData("fast", null)]
    [InlineData(">= NaN", null)]
    [InlineData(">= 1e99", null)]
    [InlineData(">= 1e28", null)]
    [InlineData("", null)]
    public void TryParse_Text_IsReadOrNone(string text, string? expected) =>
        Assert.Equal(expected, MeasurementExpectation.TryParse(text)?.ToString());

    [Theory]
    [InlineData(">= 1.5", "0", "1.5", true)]
    [InlineData(">= 1.5", "0", "1.49", false)]
    [InlineData(">= 1.5", "0.05", "1.425", true)]
    [InlineData(">= 1.5", "0.05", "1.4249", false)]
    [InlineData("> 1.5", "0", "1.5", false)]
    [InlineData("> 1.5", "0.1", "1.5", true)]
    [InlineData("<= 200", "0.1", "220", true)]
    [InlineData("<= 200", "0.1", "220.1", false)]
    [InlineData("< 200", "0", "200", false)]
    [InlineData("< 200", "0", "-1", true)]
    [InlineData("== 3", "0", "3.00", true)]
    [InlineData("== 3", "0", "3.01", false)]
    [InlineData("== 3", "0.1", "2.7", true)]
    [InlineData("== 3", "0.1", "3.31", false)]
    [InlineData(">= -10", "0.1", "-11", true)]
    [InlineData(">= -10", "0.1", "-11.1", false)]
    [InlineData("== 0", "0.5", "0.1", false)]
    public void IsMetBy_Number_IsComparedWithinTheTolerance(string expect, string tolerance, string measured, bool isMet) =>
        Assert.Equal(
            isMet,
            MeasurementExpectation
                .TryParse(expect, MeasurementExpectation.TolerancePart(tolerance)!.Value)!
                .IsMetBy(MeasurementExpectation.NumberOf(measured)!.Value)
        );

    [Theory]
    [InlineData("0.05", "0.05")]
    [InlineData(" 5% ", "0.05")]
    [InlineData("12.5 %", "0.125")]
    [InlineData("0", "0")]
    [InlineData("1", null)]
    [InlineData("5", null)]
    [InlineData("100%", null)]
    [InlineData("-0.1", null)]
    [InlineData("much", null)]
    [InlineData("%", null)]
    public void TolerancePart_Text_IsAPartOfTheWholeOrNone(string text, string? expected) =>
        Assert.Equal(expected is null ? null : MeasurementExpectation.NumberOf(expected), MeasurementExpectation.TolerancePart(text));

    [Fact]
    public void Words_WithTolerance_SayIt() =>
        Assert.Equal(">= 1.5, 12.5% tolerance", MeasurementExpectation.TryParse(">= 1.5", 0.125m)!.ToString());

    [Fact]
    public void Gates_OfAMerge_MeasureNothing()
    {
        var measurement = new Gate("./bench", Description: "speed") { Expect = "> 1" };
        var task = new PlanTask
        {
            Id = "a",
            Verification = [new Gate("make", Description: "speed")],
            Measurements = [measurement],
        };
        var plan = new Plan { Tasks = [task] };
        var gates = new ProjectGates { Configured = [new Gate("lint")] };

        Assert.Equal(["make", "lint", "./bench"], gates.Of(plan, task).Select(gate => gate.Command));
        Assert.Equal(["make", "lint"], gates.OfMerge(plan, task).Select(gate => gate.Command));
        Assert.DoesNotContain(measurement, gates.OfLanding(plan, []));
        Assert.DoesNotContain(measurement, gates.Beyond(plan, task));
    }

    [Fact]
    public void Staging_OneCommandThatAdvisesForTasksAndIsRequiredThere_IsRequired()
    {
        var gates = new ProjectGates { Configured = [new Gate("npm test") { Required = false }], Integration = [new Gate("npm test")] };

        Assert.True(Assert.Single(gates.OfStaging(new Plan())).Required);
    }

    [Fact]
    public void Found_TaskThatOnlyMeasures_HasTheProjectsGatesToo()
    {
        var task = new PlanTask { Id = "a", Measurements = [new Gate("./bench") { Expect = "> 1" }] };

        var gates = new ProjectGates { Found = [new Gate("npm test")] }.Of(new Plan { Tasks = [task] }, task);

        Assert.Equal(["npm test", "./bench"], gates.Select(gate => gate.Command));
    }
}
