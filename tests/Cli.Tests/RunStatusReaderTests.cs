using System.Text;
using System.Text.Json;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class RunStatusReaderTests
{
    /// <summary>Every member of every type has a value of its own, so that one that the reader forgets or mixes up shows.</summary>
    [Fact]
    public void Read_EveryMemberSet_IsWhatTheSerializerWrote()
    {
        var written = JsonSerializer.SerializeToUtf8Bytes((RunStatus)Filled(typeof(RunStatus), new Counter()), RunJson.Default.RunStatus);

        var read = RunStatusReader.Read(written);

        Assert.Equal(Encoding.UTF8.GetString(written), JsonSerializer.Serialize(read, RunJson.Default.RunStatus));
    }

    [Fact]
    public void Read_OnlyWhatIsNeeded_HasTheDefaults()
    {
        var read = RunStatusReader.Read("""{"runId":"r","state":"s","unknown":[{}],"questions":null,"tasks":[{"id":"a","state":"b"}]}"""u8.ToArray());

        var expected = new RunStatus { RunId = "r", State = "s", Tasks = [new RunTask { Id = "a", State = "b" }] };
        Assert.Equal(JsonSerializer.Serialize(expected, RunJson.Default.RunStatus), JsonSerializer.Serialize(read, RunJson.Default.RunStatus));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"runId\":\"r\"")]
    [InlineData("{\"runId\":\"r\"}")]
    [InlineData("{\"runId\":1,\"state\":\"s\"}")]
    [InlineData("{\"runId\":\"r\",\"state\":\"s\",\"startedAt\":\"noon\"}")]
    [InlineData("{\"runId\":\"r\",\"state\":\"s\",\"tasks\":[1]}")]
    public void Read_SomethingElse_SaysSo(string json) => Assert.ThrowsAny<JsonException>(() => RunStatusReader.Read(Encoding.UTF8.GetBytes(json)));

    private static object Filled(Type type, Counter counter)
    {
        var constructor = type.GetConstructors().Single();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p => Value(p.ParameterType, counter))]);
        foreach (var property in type.GetProperties().Where(p => p.CanWrite))
            property.SetValue(made, Value(property.PropertyType, counter));
        return made;
    }

    private static object Value(Type type, Counter counter)
    {
        var number = counter.Next();
        return type switch
        {
            _ when type == typeof(string) => $"text {number} é",
            _ when type == typeof(int) => number,
            _ when type == typeof(long) => number + 5_000_000_000L,
            _ when type == typeof(bool) || type == typeof(bool?) => true,
            _ when type == typeof(decimal) => number + 0.25m,
            _ when type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?) => new DateTimeOffset(2026, 1, 1, 0, 0, number % 60, number, TimeSpan.Zero),
            _ when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => List(type.GetGenericArguments()[0], counter),
            _ => throw new NotSupportedException($"What is a value of {type}?"),
        };
    }

    private static Array List(Type item, Counter counter)
    {
        var list = Array.CreateInstance(item, 2);
        for (var i = 0; i < list.Length; i++)
            list.SetValue(item == typeof(string) ? Value(item, counter) : Filled(item, counter), i);
        return list;
    }

    private sealed class Counter
    {
        private int _last;

        public int Next() => ++_last;
    }
}
