using System.Linq.Expressions;
using Temporalio.Common;

namespace Orchestrator.Temporal.Sdk.Tests.Common;

public sealed class ExpressionCallsTests
{
    public sealed record Options
    {
        public int Size { get; init; }
    }

    public interface ITarget
    {
        Task CallAsync(object? one, params object?[] rest);

        Task TakeAsync(long number, int? maybe, Options? options);

        string Name { get; }
    }

    private readonly string _field = "field";

    private static int Twice(int number) => 2 * number;

    [Fact]
    public void Arguments_OfEveryForm_AreRead()
    {
        var local = "local";
        var nested = (Inner: new Options { Size = 7 }, Other: 1);
        int? none = null;
        int[] numbers = [1, 2];
        var (method, args) = Read(target =>
            target.CallAsync(
                1,
                local,
                _field,
                nested.Inner.Size,
                null,
                numbers,
                Twice(4),
                new Options { Size = 3 },
                local.Length + 1,
                none,
                (object)5L
            )
        );
        Assert.Equal("CallAsync", method.Name);
        Assert.Equal(1, args.First());
        Assert.Equal([local, "field", 7, null, numbers, 8, new Options { Size = 3 }, 6, null, 5L], Assert.IsType<object?[]>(args.Last()));
    }

    [Fact]
    public void Arguments_ThatAreConverted_HaveTheParametersTypes()
    {
        var small = 5;
        var (_, args) = Read(target => target.TakeAsync(small, small, default));
        Assert.Equal([5L, 5, null], args);
    }

    [Fact]
    public void Lambda_ThatIsNoCallOnItsParameter_IsRefused()
    {
        ITarget other = null!;
        Assert.Throws<ArgumentException>(() => Read(_ => Task.CompletedTask));
        Assert.Throws<ArgumentException>(() => Read(target => other.CallAsync(1)));
    }

    [Fact]
    public void Property_OfTheParameter_IsRead()
    {
        Expression<Func<ITarget, string>> lambda = target => target.Name;
        Assert.Equal("Name", ExpressionCalls.ReadProperty(lambda)?.Name);
    }

    private static (System.Reflection.MethodInfo Method, IReadOnlyCollection<object?> Args) Read(Expression<Func<ITarget, Task>> lambda) =>
        ExpressionCalls.ReadCall(lambda);
}
