using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Conformance.Comparison;
using Orchestrator.Conformance.Scenarios;
using Xunit;

namespace Orchestrator.Conformance;

public sealed class ComparerTests
{
    private const int Changes = 200;

    [Fact]
    public void Library_Read_HoldsAllRecordedScenarios()
    {
        Assert.Equal(593, ScenarioLibrary.All.Count);
        Assert.All(
            AllowedExceptions.All,
            exception =>
            {
                Assert.Contains(ScenarioLibrary.All, scenario => scenario.Name == exception.Key || scenario.Area + "/*" == exception.Key);
                Assert.NotEmpty(exception.Value);
            }
        );
    }

    [Fact]
    public void Comparer_GivenEveryRecordingItself_FindsNoDifference() =>
        Assert.All(ScenarioLibrary.All, scenario => Assert.Empty(Differences(scenario, Answers(scenario))));

    [Fact]
    public void Comparer_GivenRecordingsChangedInOneField_FindsEveryChange()
    {
        var random = new Random(20261120);
        var missed = new List<string>();
        for (var i = 0; i < Changes; i++)
        {
            var scenario = ScenarioLibrary.All[random.Next(ScenarioLibrary.All.Count)];
            var answers = Answers(scenario);
            var places = answers.Values.SelectMany(Places).ToList();
            var what = places[random.Next(places.Count)].Change(random);
            if (Differences(scenario, answers).Count == 0)
            {
                missed.Add($"{scenario.Name}: {what}");
            }
        }

        Assert.Empty(missed);
    }

    [Fact]
    public void Symbols_SameValueForTwoSymbols_IsADifference()
    {
        var symbols = new Symbols();
        Assert.True(symbols.Match("<uuid:1>", "<uuid:a>"));
        Assert.False(symbols.Match("<uuid:2>", "<uuid:a>"));
        Assert.False(symbols.Match("<uuid:1>", "<uuid:b>"));
        Assert.True(symbols.Match("run <uuid:1>", "run <uuid:a>"));
    }

    private static Dictionary<int, JsonObject> Answers(Scenario scenario) =>
        scenario
            .Steps.Select((step, i) => (Number: i + 1, Expected: step["expect"]))
            .Where(step => step.Expected is not null)
            .ToDictionary(step => step.Number, step => step.Expected!.DeepClone().AsObject());

    private static List<Difference> Differences(Scenario scenario, Dictionary<int, JsonObject> answers)
    {
        var symbols = new Symbols();
        return
        [
            .. answers.SelectMany(answer =>
                AnswerComparer.Compare(answer.Key, scenario.Steps[answer.Key - 1]["expect"]!.AsObject(), answer.Value, symbols)
            ),
        ];
    }

    private static IEnumerable<Place> Places(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject obj:
                foreach (var (key, value) in obj)
                {
                    yield return new Place(obj, key, 0);
                    foreach (var inner in Places(value))
                    {
                        yield return inner;
                    }
                }

                break;
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    yield return new Place(array, null, i);
                    foreach (var inner in Places(array[i]))
                    {
                        yield return inner;
                    }
                }

                break;
            default:
                break;
        }
    }

    private sealed record Place(JsonNode Holder, string? Key, int Index)
    {
        /// <summary>Changes this one place and says how.</summary>
        public string Change(Random random)
        {
            var path = Holder.GetPath() + (Key ?? $"[{Index}]");
            if (Holder is JsonArray array)
            {
                array.RemoveAt(Index);
                return $"{path} removed";
            }

            var obj = Holder.AsObject();

            // A recorded status alone can only be changed, not left out: every answer has one.
            var kind = Key is "status" && obj.Parent is null ? 2 : random.Next(3);
            switch (kind)
            {
                case 0:
                    obj.Remove(Key!);
                    return $"{path} removed";
                case 1 when obj.Parent is not null:
                    obj["addedByTheTest"] = "x";
                    return $"{path} got a neighbour";
                default:
                    obj[Key!] = Other(obj[Key!]);
                    return $"{path} changed";
            }
        }

        private static JsonNode Other(JsonNode? value) =>
            value?.GetValueKind() switch
            {
                JsonValueKind.String => (string)value! + "x",
                JsonValueKind.Number => value.GetValue<JsonElement>().GetDouble() + 1,
                JsonValueKind.True => false,
                JsonValueKind.False => true,
                _ => "replaced",
            };
    }
}
