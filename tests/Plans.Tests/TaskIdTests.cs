using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class TaskIdTests
{
    [Theory]
    [InlineData("task-auth-service")]
    [InlineData("1")]
    [InlineData("1.2")]
    [InlineData("Phase_3.b")]
    public void Fault_SafeId_IsNull(string id) => Assert.Null(TaskId.Fault(id));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a b", "contains a space")]
    [InlineData("a/b", "contains a slash")]
    [InlineData("a\\b", "contains a slash")]
    [InlineData("-a", "does not begin with a letter or digit")]
    [InlineData("..", "does not begin with a letter or digit")]
    [InlineData("a..b", "contains '..'")]
    [InlineData("a.", "ends with a dot")]
    [InlineData("a.lock", "ends with '.lock', which git reserves")]
    [InlineData("ä", "contains 'ä'")]
    [InlineData("a\nb", "contains a control character")]
    [InlineData("a~b", "contains '~'")]
    public void Fault_UnsafeId_SaysWhy(string id, string fault) => Assert.Equal(fault, TaskId.Fault(id));

    [Theory]
    [InlineData("Add Auth!", "Add-Auth")]
    [InlineData("src/a..b", "src-a.b")]
    [InlineData("a.lock", "a-lock")]
    [InlineData("ü", "")]
    public void Suggest_AnyText_ResemblesIt(string text, string expected) => Assert.Equal(expected, TaskId.Suggest(text));

    [Fact]
    public void Suggest_LongText_IsSafe() => Assert.Null(TaskId.Fault(TaskId.Suggest(new string('x', 500) + ".lock")));
}
