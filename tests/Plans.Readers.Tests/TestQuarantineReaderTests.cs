using Orchestrator.Plans.Readers.Quarantine;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests;

public sealed class TestQuarantineReaderTests
{
    private const string Good = """
        # Ours.
        tests:
          # Waits for a port.
          - test: 'tests/a.py::test_a'
            owner: ann
            reason: "a real clock: slow"
            until: 2026-12-24
          - {test: b, owner: ben, reason: random, expires: 2027-01-31}

        """;

    [Fact]
    public void File_IsRead()
    {
        var (quarantine, faults) = TestQuarantineReader.Read(Good);

        Assert.Empty(faults);
        Assert.Equal(
            [
                new QuarantinedTest("tests/a.py::test_a", "ann", "a real clock: slow", new DateOnly(2026, 12, 24)),
                new QuarantinedTest("b", "ben", "random", new DateOnly(2027, 1, 31)),
            ],
            quarantine.Tests
        );
    }

    [Theory]
    [InlineData("tests:\n  - {test: a, owner: b, reason: c}\n", 2, "no 'until'")]
    [InlineData("tests:\n  - {test: a, owner: b, reason: c, until: soon}\n", 2, "'soon' is not a date")]
    [InlineData("tests:\n  - {test: a, owner: b, reason: c, until: 2026-12-01}\n  - b\n", 3, "A test must be a mapping")]
    [InlineData("- a\n", 1, "The file must be a mapping, not a list")]
    [InlineData("quarantine: []\n", 1, "'quarantine' is not a key")]
    [InlineData("tests: [\n", 2, "")]
    public void Fault_IsNamedWithItsLine_AndNoTestIsInQuarantine(string text, int line, string message)
    {
        var (quarantine, faults) = TestQuarantineReader.Read(text);

        Assert.Empty(quarantine.Tests);
        Assert.Contains(faults, fault => fault.Line == line && fault.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tests:\n")]
    [InlineData("tests: []\n")]
    public void File_WithoutATest_HasNoFault(string text) => Assert.Empty(TestQuarantineReader.Read(text).Faults);

    [Fact]
    public void Entry_IsTakenOut_AndNothingElse()
    {
        var without = TestQuarantineReader.Without(Good, "tests/a.py::test_a")!;

        Assert.Equal(
            "# Ours.\ntests:\n  # Waits for a port.\n  - {test: b, owner: ben, reason: random, expires: 2027-01-31}\n",
            without.ReplaceLineEndings("\n")
        );
        Assert.Equal(["b"], TestQuarantineReader.Read(without).Quarantine.Tests.Select(test => test.Test));
    }
}
