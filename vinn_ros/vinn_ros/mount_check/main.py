"""`ros2 run vinn_ros mount_check`: is the wrist camera mounted as the bridge believes?"""

from __future__ import annotations

import sys

from vinn_ros.stop_request import StopRequest

EXIT_STATUSES = {"consistent": 0, "wrong": 1, "unknown": 2}
EXIT_CANNOT_RUN = 2
EXIT_INTERRUPTED = 130


def main() -> int:
    """Entry point: run the check, print its report, and return the exit status."""
    stop = StopRequest()
    stop.install()
    import rclpy
    from rclpy.exceptions import InvalidParameterValueException, ParameterException
    from rclpy.signals import SignalHandlerOptions
    from rclpy.utilities import remove_ros_args

    from vinn_ros.mount_check.settings import usage
    from vinn_ros.transport import use_profile
    from vinn_training.exceptions import VinnError

    arguments = remove_ros_args(sys.argv)[1:]
    if arguments:
        print(usage())
        if set(arguments) <= {"-h", "--help"}:
            return 0
        print(f"mount_check: unknown argument '{arguments[0]}'; parameters follow --ros-args", file=sys.stderr)
        return EXIT_CANNOT_RUN
    use_profile()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    from vinn_ros.mount_check.check import Interrupted, MountCheck
    from vinn_ros.mount_check.node import MountCheckNode

    stop.at_once = False
    try:
        node = MountCheckNode()
        try:
            verdict = MountCheck(node, stop.is_set).run()
        finally:
            node.destroy_node()
        return EXIT_STATUSES[verdict]
    except Interrupted:
        print("interrupted; the bridge stops the robot, for nobody publishes actions now", file=sys.stderr)
        return EXIT_INTERRUPTED
    except (VinnError, InvalidParameterValueException, ParameterException) as error:
        print(f"mount_check: {error}", file=sys.stderr)
        return EXIT_CANNOT_RUN
    finally:
        rclpy.try_shutdown()


if __name__ == "__main__":
    sys.exit(main())
