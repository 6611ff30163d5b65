using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>
/// A piece of a strand: like a task, but whoever waits for it goes on at once and inline when it ends, as the script language demands. A
/// wait inside it for a task of the SDK comes back through the workflow's scheduler.
/// </summary>
[AsyncMethodBuilder(typeof(StrandBuilder<>))]
internal sealed class Strand<T>
{
    private readonly List<Action> _waiters = [];
    private T _value = default!;
    private ExceptionDispatchInfo? _error;

    public bool Ended { get; private set; }

    public Exception? Error => _error?.SourceException;

    public T Value => _value;

    public StrandAwaiter<T> GetAwaiter() => new(this);

    public void WhenEnded(Action waiter)
    {
        if (Ended)
        {
            waiter();
            return;
        }

        var context = ExecutionContext.Capture();
        _waiters.Add(context is null ? waiter : () => ExecutionContext.Run(context, _ => waiter(), state: null));
    }

    public T Result()
    {
        _error?.Throw();
        return _value;
    }

    public void End(T value, Exception? error)
    {
        Ended = true;
        (_value, _error) = (value, error is null ? null : ExceptionDispatchInfo.Capture(error));
        foreach (var waiter in _waiters)
        {
            waiter();
        }

        _waiters.Clear();
    }
}

internal readonly struct StrandAwaiter<T>(Strand<T> step) : ICriticalNotifyCompletion
{
    public bool IsCompleted => step.Ended;

    public T GetResult() => step.Result();

    public void OnCompleted(Action continuation) => step.WhenEnded(continuation);

    public void UnsafeOnCompleted(Action continuation) => step.WhenEnded(continuation);
}

internal sealed class StrandBuilder<T>
{
    private Action? _moveNext;

    public Strand<T> Task { get; } = new();

    public static StrandBuilder<T> Create() => new();

    public void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    public void SetStateMachine(IAsyncStateMachine stateMachine)
    {
        // Only the runtime's own builders need it.
    }

    public void SetResult(T value) => Task.End(value, error: null);

    public void SetException(Exception error) => Task.End(value: default!, error);

    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.OnCompleted(MoveNextOf(ref machine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.OnCompleted(MoveNextOf(ref machine));

    private Action MoveNextOf<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine
    {
        if (_moveNext is null)
        {
            var box = new Box<TMachine>();
            _moveNext = box.MoveNext;
            box.Machine = machine;
        }

        return _moveNext;
    }

    private sealed class Box<TMachine>
        where TMachine : IAsyncStateMachine
    {
        public TMachine? Machine;

        public void MoveNext() => Machine!.MoveNext();
    }
}
